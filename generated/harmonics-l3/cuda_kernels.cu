// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for harmonics-l3. Do not edit: emit again.
// value: 56 operations (16 additions, 40 multiplications), kernel d8a05cedb25b4507
// vjp: 129 operations (51 additions, 78 multiplications), kernel 98da9d6fd69dc1cb
// second_order: 283 operations (106 additions, 177 multiplications), kernel 0a3f858f55dbda83
//
// Kernels for NVIDIA GPUs. Arrays are (atoms, components, features), features fastest: one thread takes one atom and
// feature, so neighbouring threads read neighbouring numbers. What a thread needs stays in its registers; no thread
// writes what another reads, and nothing is added up across threads, so results are equal in every bit between runs.
//
//     -DREAL=float|double        the precision
//     -DCOMPONENTS_LAST          arrays are (items, components): a block copies its items through shared memory
//     -DONLY=0|1|2               value, vjp or second_order alone; all three without it
//     -DSTATEMENTS               the statements alone, for kernels of another file
//
// A large kernel is split into parts: every part computes some of the outputs and is launched by itself. The statements
// of a part are a function of their own: component c of array x is x_at[c * x_stride].
// launch: {"value": {"parts": ["value_0"], "threads": 128, "row_threads": 128, "inputs": [3], "outputs": [16]}, "vjp": {"parts": ["vjp_0"], "threads": 128, "row_threads": 128, "inputs": [3, 16], "outputs": [3]}, "second_order": {"parts": ["second_order_0"], "threads": 128, "row_threads": 128, "inputs": [3, 16, 3], "outputs": [3, 16]}}

#ifndef REAL
#define REAL float
#endif

typedef REAL real;

__device__ __forceinline__ void value_0_statements(const real* const r_at, const unsigned long long r_stride, real* const t_at, const unsigned long long t_stride)
{
    const real c0 = real(3.0);
    const real c1 = real(5.0);
    const real c2 = real(4.0);
    const real c3 = real(30.0);
    const real c4 = real(1.0);
    const real c5 = real(0.3333333333333333);
    const real c6 = real(0.06666666666666667);
    const real c7 = real(0.022222222222222223);
    const real c8 = real(-0.022222222222222223);
    const real c9 = real(-0.06666666666666667);
    const real r0 = r_at[0 * r_stride];
    const real v0 = r0 * r0;
    const real r1 = r_at[1 * r_stride];
    const real v1 = r1 * r1;
    const real r2 = r_at[2 * r_stride];
    const real v2 = r2 * r2;
    const real v3 = v0 + v1;
    const real v4 = v3 + v2;
    const real v5 = c0 * v0;
    const real v6 = v5 - v4;
    const real v7 = r0 * r1;
    t_at[5 * t_stride] = v7;
    const real v8 = r0 * r2;
    t_at[6 * t_stride] = v8;
    const real v9 = c0 * v1;
    const real v10 = v9 - v4;
    const real v11 = r1 * r2;
    t_at[8 * t_stride] = v11;
    const real v12 = c1 * v6;
    const real v13 = v12 * r0;
    const real v14 = r0 * v4;
    const real v15 = c2 * v14;
    const real v16 = v13 - v15;
    const real v17 = c3 * r0;
    const real v18 = v17 * v7;
    const real v19 = v12 * r1;
    const real v20 = r1 * v4;
    const real v21 = v18 + v19;
    const real v22 = c2 * v20;
    const real v23 = v21 - v22;
    const real v24 = v17 * v8;
    const real v25 = v12 * r2;
    const real v26 = r2 * v4;
    const real v27 = v24 + v25;
    const real v28 = c2 * v26;
    const real v29 = v27 - v28;
    const real v30 = c1 * v10;
    const real v31 = v30 * r0;
    const real v32 = c3 * r1;
    const real v33 = v32 * v7;
    const real v34 = v31 + v33;
    const real v35 = v15 - v34;
    const real v36 = r0 * v11;
    const real v37 = r1 * v8;
    const real v38 = r2 * v7;
    const real v39 = v36 + v37;
    const real v40 = v39 + v38;
    const real v41 = v30 * r1;
    const real v42 = v22 - v41;
    const real v43 = v32 * v11;
    const real v44 = v30 * r2;
    const real v45 = v43 + v44;
    const real v46 = v28 - v45;
    const real v47 = c5 * v6;
    t_at[4 * t_stride] = v47;
    const real v48 = c5 * v10;
    t_at[7 * t_stride] = v48;
    const real v49 = c6 * v16;
    t_at[9 * t_stride] = v49;
    const real v50 = c7 * v23;
    t_at[10 * t_stride] = v50;
    const real v51 = c7 * v29;
    t_at[11 * t_stride] = v51;
    const real v52 = c8 * v35;
    t_at[12 * t_stride] = v52;
    const real v53 = c5 * v40;
    t_at[13 * t_stride] = v53;
    const real v54 = c9 * v42;
    t_at[14 * t_stride] = v54;
    const real v55 = c8 * v46;
    t_at[15 * t_stride] = v55;
    t_at[0 * t_stride] = c4;
    t_at[1 * t_stride] = r0;
    t_at[2 * t_stride] = r1;
    t_at[3 * t_stride] = r2;
}

__device__ __forceinline__ void vjp_0_statements(const real* const r_at, const unsigned long long r_stride, const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real c0 = real(3.0);
    const real c1 = real(4.0);
    const real c2 = real(2.0);
    const real c3 = real(5.0);
    const real c4 = real(15.0);
    const real c5 = real(30.0);
    const real c6 = real(45.0);
    const real c7 = real(0.022222222222222223);
    const real r1 = r_at[1 * r_stride];
    const real r2 = r_at[2 * r_stride];
    const real v0 = r1 * r2;
    const real g13 = g_at[13 * g_stride];
    const real v1 = g13 * v0;
    const real v2 = r1 * r1;
    const real r0 = r_at[0 * r_stride];
    const real v3 = r0 * r0;
    const real v4 = r2 * r2;
    const real v5 = v3 + v2;
    const real v6 = v5 + v4;
    const real v7 = c0 * v2;
    const real v8 = v7 - v6;
    const real g12 = g_at[12 * g_stride];
    const real v9 = g12 * v8;
    const real v10 = r0 * r2;
    const real g11 = g_at[11 * g_stride];
    const real v11 = g11 * v10;
    const real v12 = r0 * r1;
    const real g10 = g_at[10 * g_stride];
    const real v13 = g10 * v12;
    const real g9 = g_at[9 * g_stride];
    const real v14 = c0 * g9;
    const real v15 = g12 + v14;
    const real v16 = c1 * v6;
    const real v17 = v16 * v15;
    const real v18 = c0 * v3;
    const real v19 = v18 - v6;
    const real v20 = g9 * v19;
    const real v21 = r1 * g13;
    const real v22 = c2 * r0;
    const real v23 = v22 * g11;
    const real v24 = v21 + v23;
    const real g6 = g_at[6 * g_stride];
    const real v25 = c0 * g6;
    const real v26 = v24 + v25;
    const real v27 = r2 * v26;
    const real v28 = r2 * g13;
    const real v29 = c2 * r1;
    const real v30 = v29 * g12;
    const real v31 = v22 * g10;
    const real v32 = v28 + v30;
    const real v33 = v32 + v31;
    const real g5 = g_at[5 * g_stride];
    const real v34 = c0 * g5;
    const real v35 = v33 + v34;
    const real v36 = r1 * v35;
    const real v37 = r2 * g11;
    const real v38 = r1 * g10;
    const real v39 = r0 * g9;
    const real v40 = v37 + v38;
    const real g4 = g_at[4 * g_stride];
    const real v41 = g4 + v39;
    const real v42 = c0 * v41;
    const real v43 = v40 + v42;
    const real g15 = g_at[15 * g_stride];
    const real v44 = g11 + g15;
    const real v45 = r2 * v44;
    const real g14 = g_at[14 * g_stride];
    const real v46 = c0 * g14;
    const real v47 = g10 + v46;
    const real v48 = r1 * v47;
    const real v49 = r0 * v15;
    const real v50 = r2 * g15;
    const real v51 = r1 * g14;
    const real v52 = r0 * g12;
    const real v53 = v50 + v52;
    const real g7 = g_at[7 * g_stride];
    const real v54 = g7 + v51;
    const real v55 = c0 * v54;
    const real v56 = v53 + v55;
    const real v57 = v45 + v48;
    const real v58 = v57 + v49;
    const real v59 = c1 * v58;
    const real v60 = v56 + v43;
    const real v61 = c3 * v60;
    const real v62 = v59 + v61;
    const real v63 = c4 * v43;
    const real v64 = v63 - v62;
    const real v65 = v22 * v64;
    const real v66 = v65 - v17;
    const real v67 = c3 * v9;
    const real v68 = v1 + v20;
    const real v69 = v68 + v27;
    const real v70 = v69 + v36;
    const real v71 = c4 * v70;
    const real v72 = v11 + v13;
    const real v73 = c5 * v72;
    const real g1 = g_at[1 * g_stride];
    const real v74 = c6 * g1;
    const real v75 = v66 + v67;
    const real v76 = v75 + v71;
    const real v77 = v76 + v73;
    const real v78 = v77 + v74;
    const real v79 = g15 * v0;
    const real v80 = g14 * v8;
    const real v81 = g13 * v10;
    const real v82 = g12 * v12;
    const real v83 = v16 * v47;
    const real v84 = g10 * v19;
    const real v85 = v29 * g15;
    const real v86 = r0 * g13;
    const real v87 = v85 + v86;
    const real g8 = g_at[8 * g_stride];
    const real v88 = c0 * g8;
    const real v89 = v87 + v88;
    const real v90 = r2 * v89;
    const real v91 = r0 * v35;
    const real v92 = c4 * v56;
    const real v93 = v92 - v62;
    const real v94 = v29 * v93;
    const real v95 = v94 - v83;
    const real v96 = c3 * v84;
    const real v97 = v80 + v81;
    const real v98 = v97 + v90;
    const real v99 = v98 + v91;
    const real v100 = c4 * v99;
    const real v101 = v79 + v82;
    const real v102 = c5 * v101;
    const real g2 = g_at[2 * g_stride];
    const real v103 = c6 * g2;
    const real v104 = v95 + v96;
    const real v105 = v104 + v100;
    const real v106 = v105 + v102;
    const real v107 = v106 + v103;
    const real v108 = g15 * v8;
    const real v109 = g13 * v12;
    const real v110 = v16 * v44;
    const real v111 = g11 * v19;
    const real v112 = r1 * v89;
    const real v113 = r0 * v26;
    const real v114 = r2 * v62;
    const real v115 = c2 * v114;
    const real v116 = v108 + v111;
    const real v117 = c3 * v116;
    const real v118 = v109 + v112;
    const real v119 = v118 + v113;
    const real v120 = c4 * v119;
    const real g3 = g_at[3 * g_stride];
    const real v121 = c6 * g3;
    const real v122 = v117 + v120;
    const real v123 = v122 + v121;
    const real v124 = v123 - v110;
    const real v125 = v124 - v115;
    const real v126 = c7 * v78;
    gx_at[0 * gx_stride] = v126;
    const real v127 = c7 * v107;
    gx_at[1 * gx_stride] = v127;
    const real v128 = c7 * v125;
    gx_at[2 * gx_stride] = v128;
}

__device__ __forceinline__ void second_order_0_statements(const real* const r_at, const unsigned long long r_stride, const real* const g_at, const unsigned long long g_stride, const real* const u_at, const unsigned long long u_stride, real* const hu_at, const unsigned long long hu_stride, real* const ju_at, const unsigned long long ju_stride)
{
    const real c0 = real(3.0);
    const real c1 = real(8.0);
    const real c2 = real(2.0);
    const real c3 = real(4.0);
    const real c4 = real(5.0);
    const real c5 = real(15.0);
    const real c6 = real(10.0);
    const real c7 = real(30.0);
    const real c8 = real(0.022222222222222223);
    const real c9 = real(0.0);
    const real c10 = real(0.6666666666666666);
    const real c11 = real(0.06666666666666667);
    const real c12 = real(-0.022222222222222223);
    const real c13 = real(0.3333333333333333);
    const real c14 = real(-0.06666666666666667);
    const real r2 = r_at[2 * r_stride];
    const real u1 = u_at[1 * u_stride];
    const real v0 = r2 * u1;
    const real r1 = r_at[1 * r_stride];
    const real u2 = u_at[2 * u_stride];
    const real v1 = r1 * u2;
    const real v2 = v0 + v1;
    ju_at[8 * ju_stride] = v2;
    const real g13 = g_at[13 * g_stride];
    const real v3 = g13 * v2;
    const real v4 = r1 * u1;
    const real r0 = r_at[0 * r_stride];
    const real u0 = u_at[0 * u_stride];
    const real v5 = r0 * u0;
    const real v6 = r2 * u2;
    const real v7 = v4 + v5;
    const real v8 = v7 + v6;
    const real v9 = c0 * v4;
    const real v10 = v9 - v8;
    const real g12 = g_at[12 * g_stride];
    const real v11 = g12 * v10;
    const real v12 = r2 * u0;
    const real v13 = r0 * u2;
    const real v14 = v12 + v13;
    ju_at[6 * ju_stride] = v14;
    const real g11 = g_at[11 * g_stride];
    const real v15 = g11 * v14;
    const real v16 = r1 * u0;
    const real v17 = r0 * u1;
    const real v18 = v16 + v17;
    ju_at[5 * ju_stride] = v18;
    const real g10 = g_at[10 * g_stride];
    const real v19 = g10 * v18;
    const real g9 = g_at[9 * g_stride];
    const real v20 = c0 * g9;
    const real v21 = g12 + v20;
    const real v22 = c1 * v8;
    const real v23 = v22 * v21;
    const real v24 = c0 * v5;
    const real v25 = v24 - v8;
    const real v26 = g9 * v25;
    const real v27 = r1 * g13;
    const real v28 = c2 * r0;
    const real v29 = v28 * g11;
    const real v30 = v27 + v29;
    const real g6 = g_at[6 * g_stride];
    const real v31 = c0 * g6;
    const real v32 = v30 + v31;
    const real v33 = u2 * v32;
    const real v34 = g13 * u1;
    const real v35 = g11 * u0;
    const real v36 = c2 * v35;
    const real v37 = v34 + v36;
    const real v38 = r2 * v37;
    const real v39 = v33 + v38;
    const real v40 = r2 * g13;
    const real v41 = c2 * r1;
    const real v42 = v41 * g12;
    const real v43 = v28 * g10;
    const real v44 = v40 + v42;
    const real v45 = v44 + v43;
    const real g5 = g_at[5 * g_stride];
    const real v46 = c0 * g5;
    const real v47 = v45 + v46;
    const real v48 = u1 * v47;
    const real v49 = g13 * u2;
    const real v50 = g12 * u1;
    const real v51 = g10 * u0;
    const real v52 = v50 + v51;
    const real v53 = c2 * v52;
    const real v54 = v49 + v53;
    const real v55 = r1 * v54;
    const real v56 = v48 + v55;
    const real v57 = r2 * g11;
    const real v58 = r1 * g10;
    const real v59 = r0 * g9;
    const real v60 = v57 + v58;
    const real g4 = g_at[4 * g_stride];
    const real v61 = g4 + v59;
    const real v62 = c0 * v61;
    const real v63 = v60 + v62;
    const real g15 = g_at[15 * g_stride];
    const real v64 = g11 + g15;
    const real v65 = r2 * v64;
    const real g14 = g_at[14 * g_stride];
    const real v66 = c0 * g14;
    const real v67 = g10 + v66;
    const real v68 = r1 * v67;
    const real v69 = r0 * v21;
    const real v70 = r2 * g15;
    const real v71 = r1 * g14;
    const real v72 = r0 * g12;
    const real v73 = v70 + v72;
    const real g7 = g_at[7 * g_stride];
    const real v74 = g7 + v71;
    const real v75 = c0 * v74;
    const real v76 = v73 + v75;
    const real v77 = v65 + v68;
    const real v78 = v77 + v69;
    const real v79 = c3 * v78;
    const real v80 = v76 + v63;
    const real v81 = c4 * v80;
    const real v82 = v79 + v81;
    const real v83 = c5 * v63;
    const real v84 = v83 - v82;
    const real v85 = u0 * v84;
    const real v86 = g11 * u2;
    const real v87 = g10 * u1;
    const real v88 = g9 * u0;
    const real v89 = v86 + v87;
    const real v90 = c0 * v88;
    const real v91 = v89 + v90;
    const real v92 = u2 * v64;
    const real v93 = u1 * v67;
    const real v94 = u0 * v21;
    const real v95 = g15 * u2;
    const real v96 = g14 * u1;
    const real v97 = g12 * u0;
    const real v98 = v95 + v97;
    const real v99 = c0 * v96;
    const real v100 = v98 + v99;
    const real v101 = v92 + v93;
    const real v102 = v101 + v94;
    const real v103 = c3 * v102;
    const real v104 = v91 + v100;
    const real v105 = c4 * v104;
    const real v106 = v103 + v105;
    const real v107 = c5 * v91;
    const real v108 = v107 - v106;
    const real v109 = r0 * v108;
    const real v110 = v85 + v109;
    const real v111 = c2 * v110;
    const real v112 = c6 * v11;
    const real v113 = v3 + v39;
    const real v114 = v113 + v56;
    const real v115 = c5 * v114;
    const real v116 = v15 + v19;
    const real v117 = v116 + v26;
    const real v118 = c7 * v117;
    const real v119 = v111 + v112;
    const real v120 = v119 + v115;
    const real v121 = v120 + v118;
    const real v122 = v121 - v23;
    const real v123 = g15 * v2;
    const real v124 = g14 * v10;
    const real v125 = g13 * v14;
    const real v126 = g12 * v18;
    const real v127 = v22 * v67;
    const real v128 = g10 * v25;
    const real v129 = v41 * g15;
    const real v130 = r0 * g13;
    const real v131 = v129 + v130;
    const real g8 = g_at[8 * g_stride];
    const real v132 = c0 * g8;
    const real v133 = v131 + v132;
    const real v134 = u2 * v133;
    const real v135 = g15 * u1;
    const real v136 = g13 * u0;
    const real v137 = c2 * v135;
    const real v138 = v136 + v137;
    const real v139 = r2 * v138;
    const real v140 = v134 + v139;
    const real v141 = u0 * v47;
    const real v142 = r0 * v54;
    const real v143 = v141 + v142;
    const real v144 = c5 * v76;
    const real v145 = v144 - v82;
    const real v146 = u1 * v145;
    const real v147 = c5 * v100;
    const real v148 = v147 - v106;
    const real v149 = r1 * v148;
    const real v150 = v146 + v149;
    const real v151 = c2 * v150;
    const real v152 = c6 * v128;
    const real v153 = v125 + v140;
    const real v154 = v153 + v143;
    const real v155 = c5 * v154;
    const real v156 = v123 + v124;
    const real v157 = v156 + v126;
    const real v158 = c7 * v157;
    const real v159 = v151 + v152;
    const real v160 = v159 + v155;
    const real v161 = v160 + v158;
    const real v162 = v161 - v127;
    const real v163 = g15 * v10;
    const real v164 = g13 * v18;
    const real v165 = v22 * v64;
    const real v166 = g11 * v25;
    const real v167 = u1 * v133;
    const real v168 = r1 * v138;
    const real v169 = v167 + v168;
    const real v170 = u0 * v32;
    const real v171 = r0 * v37;
    const real v172 = v170 + v171;
    const real v173 = u2 * v82;
    const real v174 = r2 * v106;
    const real v175 = v173 + v174;
    const real v176 = c2 * v175;
    const real v177 = v163 + v166;
    const real v178 = c6 * v177;
    const real v179 = v164 + v169;
    const real v180 = v179 + v172;
    const real v181 = c5 * v180;
    const real v182 = v178 + v181;
    const real v183 = v182 - v165;
    const real v184 = v183 - v176;
    const real v185 = r0 * r0;
    const real v186 = r1 * r1;
    const real v187 = r2 * r2;
    const real v188 = v185 + v186;
    const real v189 = v188 + v187;
    const real v190 = c0 * v185;
    const real v191 = v190 - v189;
    const real v192 = u0 * v191;
    const real v193 = v28 * v25;
    const real v194 = v192 + v193;
    const real v195 = u0 * v189;
    const real v196 = v28 * v8;
    const real v197 = v195 + v196;
    const real v198 = c3 * v197;
    const real v199 = c4 * v194;
    const real v200 = v199 - v198;
    const real v201 = r0 * r1;
    const real v202 = u0 * v201;
    const real v203 = r0 * v18;
    const real v204 = v202 + v203;
    const real v205 = u1 * v191;
    const real v206 = v41 * v25;
    const real v207 = v205 + v206;
    const real v208 = u1 * v189;
    const real v209 = v41 * v8;
    const real v210 = v208 + v209;
    const real v211 = c3 * v210;
    const real v212 = c4 * v207;
    const real v213 = c7 * v204;
    const real v214 = v212 + v213;
    const real v215 = v214 - v211;
    const real v216 = r0 * r2;
    const real v217 = u0 * v216;
    const real v218 = r0 * v14;
    const real v219 = v217 + v218;
    const real v220 = u2 * v191;
    const real v221 = c2 * r2;
    const real v222 = v221 * v25;
    const real v223 = v220 + v222;
    const real v224 = u2 * v189;
    const real v225 = v221 * v8;
    const real v226 = v224 + v225;
    const real v227 = c3 * v226;
    const real v228 = c4 * v223;
    const real v229 = c7 * v219;
    const real v230 = v228 + v229;
    const real v231 = v230 - v227;
    const real v232 = c0 * v186;
    const real v233 = v232 - v189;
    const real v234 = u0 * v233;
    const real v235 = v28 * v10;
    const real v236 = v234 + v235;
    const real v237 = u1 * v201;
    const real v238 = r1 * v18;
    const real v239 = v237 + v238;
    const real v240 = c4 * v236;
    const real v241 = c7 * v239;
    const real v242 = v198 - v240;
    const real v243 = v242 - v241;
    const real v244 = r1 * r2;
    const real v245 = u0 * v244;
    const real v246 = r0 * v2;
    const real v247 = v245 + v246;
    const real v248 = u1 * v216;
    const real v249 = r1 * v14;
    const real v250 = v248 + v249;
    const real v251 = u2 * v201;
    const real v252 = r2 * v18;
    const real v253 = v251 + v252;
    const real v254 = v247 + v250;
    const real v255 = v254 + v253;
    const real v256 = u1 * v233;
    const real v257 = v41 * v10;
    const real v258 = v256 + v257;
    const real v259 = c4 * v258;
    const real v260 = v211 - v259;
    const real v261 = u1 * v244;
    const real v262 = r1 * v2;
    const real v263 = v261 + v262;
    const real v264 = u2 * v233;
    const real v265 = v221 * v10;
    const real v266 = v264 + v265;
    const real v267 = c4 * v266;
    const real v268 = c7 * v263;
    const real v269 = v227 - v267;
    const real v270 = v269 - v268;
    const real v271 = c8 * v122;
    hu_at[0 * hu_stride] = v271;
    const real v272 = c8 * v162;
    hu_at[1 * hu_stride] = v272;
    const real v273 = c8 * v184;
    hu_at[2 * hu_stride] = v273;
    const real v274 = c10 * v25;
    ju_at[4 * ju_stride] = v274;
    const real v275 = c10 * v10;
    ju_at[7 * ju_stride] = v275;
    const real v276 = c11 * v200;
    ju_at[9 * ju_stride] = v276;
    const real v277 = c8 * v215;
    ju_at[10 * ju_stride] = v277;
    const real v278 = c8 * v231;
    ju_at[11 * ju_stride] = v278;
    const real v279 = c12 * v243;
    ju_at[12 * ju_stride] = v279;
    const real v280 = c13 * v255;
    ju_at[13 * ju_stride] = v280;
    const real v281 = c14 * v260;
    ju_at[14 * ju_stride] = v281;
    const real v282 = c12 * v270;
    ju_at[15 * ju_stride] = v282;
    ju_at[0 * ju_stride] = c9;
    ju_at[1 * ju_stride] = u0;
    ju_at[2 * ju_stride] = u1;
    ju_at[3 * ju_stride] = u2;
}

#ifndef STATEMENTS

struct Place {
    long long atom;
    unsigned feature;
};

// Division of 64-bit integers takes a hundred instructions: it is left to arrays that need it.
__device__ __forceinline__ Place place(const long long item, const long long items, const unsigned features)
{
    if (items <= 0xffffffffLL) {
        const unsigned small = (unsigned)item;
        return {small / features, small % features};
    }
    return {item / features, (unsigned)(item % features)};
}

// A block's contiguous items to rows of PITCH in shared memory, and the components from START back. An odd PITCH
// spreads a component over all banks.
template <int COUNT, int PITCH, int THREADS>
__device__ __forceinline__ void fetch(real* tile, const real* __restrict__ array, const int items)
{
    for (int k = threadIdx.x; k < items * COUNT; k += THREADS)
        tile[k / COUNT * PITCH + k % COUNT] = array[k];
}

template <int COUNT, int PITCH, int START, int WIDTH, int THREADS>
__device__ __forceinline__ void deliver(real* __restrict__ array, const real* tile, const int items)
{
    for (int k = threadIdx.x; k < items * WIDTH; k += THREADS)
        array[k / WIDTH * COUNT + START + k % WIDTH] = tile[k / WIDTH * PITCH + START + k % WIDTH];
}

#if !defined(ONLY) || ONLY == 0

extern "C" __global__ void
#ifdef COMPONENTS_LAST
__launch_bounds__(128)
#else
__launch_bounds__(128)
#endif
value_0(const real* __restrict__ r, real* __restrict__ t, const long long items, const unsigned features)
{
#ifdef COMPONENTS_LAST
    const unsigned long long stride = 1;
    const long long first = (long long)blockIdx.x * 128;
    const int count = items - first < 128 ? (int)(items - first) : 128;
    const bool active = threadIdx.x < count;
    __shared__ real r_tile[384];
    __shared__ real t_tile[2176];
    fetch<3, 3, 128>(r_tile, r + first * 3, count);
    __syncthreads();
    const real* const r_at = r_tile + threadIdx.x * 3;
    real* const t_at = t_tile + threadIdx.x * 17;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const r_at = r + (here.atom * 3 * features + here.feature);
    real* const t_at = t + (here.atom * 16 * features + here.feature);
#endif
    if (active)
        value_0_statements(r_at, stride, t_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<16, 17, 0, 16, 128>(t + first * 16, t_tile, count);
#endif
}
#endif

#if !defined(ONLY) || ONLY == 1

extern "C" __global__ void
#ifdef COMPONENTS_LAST
__launch_bounds__(128)
#else
__launch_bounds__(128)
#endif
vjp_0(const real* __restrict__ r, const real* __restrict__ g, real* __restrict__ gx, const long long items, const unsigned features)
{
#ifdef COMPONENTS_LAST
    const unsigned long long stride = 1;
    const long long first = (long long)blockIdx.x * 128;
    const int count = items - first < 128 ? (int)(items - first) : 128;
    const bool active = threadIdx.x < count;
    __shared__ real r_tile[384];
    __shared__ real g_tile[2176];
    __shared__ real gx_tile[384];
    fetch<3, 3, 128>(r_tile, r + first * 3, count);
    fetch<16, 17, 128>(g_tile, g + first * 16, count);
    __syncthreads();
    const real* const r_at = r_tile + threadIdx.x * 3;
    const real* const g_at = g_tile + threadIdx.x * 17;
    real* const gx_at = gx_tile + threadIdx.x * 3;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const r_at = r + (here.atom * 3 * features + here.feature);
    const real* const g_at = g + (here.atom * 16 * features + here.feature);
    real* const gx_at = gx + (here.atom * 3 * features + here.feature);
#endif
    if (active)
        vjp_0_statements(r_at, stride, g_at, stride, gx_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<3, 3, 0, 3, 128>(gx + first * 3, gx_tile, count);
#endif
}
#endif

#if !defined(ONLY) || ONLY == 2

extern "C" __global__ void
#ifdef COMPONENTS_LAST
__launch_bounds__(128)
#else
__launch_bounds__(128)
#endif
second_order_0(const real* __restrict__ r, const real* __restrict__ g, const real* __restrict__ u, real* __restrict__ hu, real* __restrict__ ju, const long long items, const unsigned features)
{
#ifdef COMPONENTS_LAST
    const unsigned long long stride = 1;
    const long long first = (long long)blockIdx.x * 128;
    const int count = items - first < 128 ? (int)(items - first) : 128;
    const bool active = threadIdx.x < count;
    __shared__ real r_tile[384];
    __shared__ real g_tile[2176];
    __shared__ real u_tile[384];
    __shared__ real hu_tile[384];
    __shared__ real ju_tile[2176];
    fetch<3, 3, 128>(r_tile, r + first * 3, count);
    fetch<16, 17, 128>(g_tile, g + first * 16, count);
    fetch<3, 3, 128>(u_tile, u + first * 3, count);
    __syncthreads();
    const real* const r_at = r_tile + threadIdx.x * 3;
    const real* const g_at = g_tile + threadIdx.x * 17;
    const real* const u_at = u_tile + threadIdx.x * 3;
    real* const hu_at = hu_tile + threadIdx.x * 3;
    real* const ju_at = ju_tile + threadIdx.x * 17;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const r_at = r + (here.atom * 3 * features + here.feature);
    const real* const g_at = g + (here.atom * 16 * features + here.feature);
    const real* const u_at = u + (here.atom * 3 * features + here.feature);
    real* const hu_at = hu + (here.atom * 3 * features + here.feature);
    real* const ju_at = ju + (here.atom * 16 * features + here.feature);
#endif
    if (active)
        second_order_0_statements(r_at, stride, g_at, stride, u_at, stride, hu_at, stride, ju_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<3, 3, 0, 3, 128>(hu + first * 3, hu_tile, count);
    deliver<16, 17, 0, 16, 128>(ju + first * 16, ju_tile, count);
#endif
}
#endif

#endif
