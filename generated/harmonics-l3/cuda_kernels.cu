// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for harmonics-l3. Do not edit: emit again.
// value: 62 operations (16 additions, 46 multiplications), kernel 86defc0f38435fed
// vjp: 134 operations (51 additions, 83 multiplications), kernel 3acc0275dee09ce3
// second_order: 294 operations (106 additions, 188 multiplications), kernel 716cecbd5c0d033a
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
    const real c1 = real(4.0);
    const real c2 = real(5.0);
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
    const real v12 = r0 * v6;
    const real v13 = r0 * v4;
    const real v14 = c1 * v13;
    const real v15 = c2 * v12;
    const real v16 = v15 - v14;
    const real v17 = r0 * v7;
    const real v18 = r1 * v6;
    const real v19 = r1 * v4;
    const real v20 = c1 * v19;
    const real v21 = c2 * v18;
    const real v22 = c3 * v17;
    const real v23 = v21 + v22;
    const real v24 = v23 - v20;
    const real v25 = r0 * v8;
    const real v26 = r2 * v6;
    const real v27 = r2 * v4;
    const real v28 = c1 * v27;
    const real v29 = c2 * v26;
    const real v30 = c3 * v25;
    const real v31 = v29 + v30;
    const real v32 = v31 - v28;
    const real v33 = r0 * v10;
    const real v34 = r1 * v7;
    const real v35 = c2 * v33;
    const real v36 = c3 * v34;
    const real v37 = v14 - v35;
    const real v38 = v37 - v36;
    const real v39 = r0 * v11;
    const real v40 = r1 * v8;
    const real v41 = r2 * v7;
    const real v42 = v39 + v40;
    const real v43 = v42 + v41;
    const real v44 = r1 * v10;
    const real v45 = c2 * v44;
    const real v46 = v20 - v45;
    const real v47 = r1 * v11;
    const real v48 = r2 * v10;
    const real v49 = c2 * v48;
    const real v50 = c3 * v47;
    const real v51 = v28 - v49;
    const real v52 = v51 - v50;
    const real v53 = c5 * v6;
    t_at[4 * t_stride] = v53;
    const real v54 = c5 * v10;
    t_at[7 * t_stride] = v54;
    const real v55 = c6 * v16;
    t_at[9 * t_stride] = v55;
    const real v56 = c7 * v24;
    t_at[10 * t_stride] = v56;
    const real v57 = c7 * v32;
    t_at[11 * t_stride] = v57;
    const real v58 = c8 * v38;
    t_at[12 * t_stride] = v58;
    const real v59 = c5 * v43;
    t_at[13 * t_stride] = v59;
    const real v60 = c9 * v46;
    t_at[14 * t_stride] = v60;
    const real v61 = c8 * v52;
    t_at[15 * t_stride] = v61;
    t_at[0 * t_stride] = c4;
    t_at[1 * t_stride] = r0;
    t_at[2 * t_stride] = r1;
    t_at[3 * t_stride] = r2;
}

__device__ __forceinline__ void vjp_0_statements(const real* const r_at, const unsigned long long r_stride, const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real c0 = real(3.0);
    const real c1 = real(2.0);
    const real c2 = real(4.0);
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
    const real v16 = v6 * v15;
    const real v17 = c0 * v3;
    const real v18 = v17 - v6;
    const real v19 = g9 * v18;
    const real v20 = r1 * g13;
    const real v21 = r0 * g11;
    const real v22 = c1 * v21;
    const real g6 = g_at[6 * g_stride];
    const real v23 = c0 * g6;
    const real v24 = v20 + v22;
    const real v25 = v24 + v23;
    const real v26 = r2 * v25;
    const real v27 = r2 * g13;
    const real v28 = r1 * g12;
    const real v29 = r0 * g10;
    const real v30 = v28 + v29;
    const real v31 = c1 * v30;
    const real g5 = g_at[5 * g_stride];
    const real v32 = c0 * g5;
    const real v33 = v27 + v31;
    const real v34 = v33 + v32;
    const real v35 = r1 * v34;
    const real v36 = r2 * g11;
    const real v37 = r1 * g10;
    const real v38 = r0 * g9;
    const real v39 = v36 + v37;
    const real g4 = g_at[4 * g_stride];
    const real v40 = g4 + v38;
    const real v41 = c0 * v40;
    const real v42 = v39 + v41;
    const real g15 = g_at[15 * g_stride];
    const real v43 = g11 + g15;
    const real v44 = r2 * v43;
    const real g14 = g_at[14 * g_stride];
    const real v45 = c0 * g14;
    const real v46 = g10 + v45;
    const real v47 = r1 * v46;
    const real v48 = r0 * v15;
    const real v49 = r2 * g15;
    const real v50 = r1 * g14;
    const real v51 = r0 * g12;
    const real v52 = v49 + v51;
    const real g7 = g_at[7 * g_stride];
    const real v53 = g7 + v50;
    const real v54 = c0 * v53;
    const real v55 = v52 + v54;
    const real v56 = v44 + v47;
    const real v57 = v56 + v48;
    const real v58 = c2 * v57;
    const real v59 = v55 + v42;
    const real v60 = c3 * v59;
    const real v61 = v58 + v60;
    const real v62 = c4 * v42;
    const real v63 = v62 - v61;
    const real v64 = r0 * v63;
    const real v65 = c1 * v64;
    const real v66 = c2 * v16;
    const real v67 = c3 * v9;
    const real v68 = v1 + v19;
    const real v69 = v68 + v26;
    const real v70 = v69 + v35;
    const real v71 = c4 * v70;
    const real v72 = v11 + v13;
    const real v73 = c5 * v72;
    const real g1 = g_at[1 * g_stride];
    const real v74 = c6 * g1;
    const real v75 = v65 + v67;
    const real v76 = v75 + v71;
    const real v77 = v76 + v73;
    const real v78 = v77 + v74;
    const real v79 = v78 - v66;
    const real v80 = g15 * v0;
    const real v81 = g14 * v8;
    const real v82 = g13 * v10;
    const real v83 = g12 * v12;
    const real v84 = v6 * v46;
    const real v85 = g10 * v18;
    const real v86 = r1 * g15;
    const real v87 = r0 * g13;
    const real v88 = c1 * v86;
    const real g8 = g_at[8 * g_stride];
    const real v89 = c0 * g8;
    const real v90 = v87 + v88;
    const real v91 = v90 + v89;
    const real v92 = r2 * v91;
    const real v93 = r0 * v34;
    const real v94 = c4 * v55;
    const real v95 = v94 - v61;
    const real v96 = r1 * v95;
    const real v97 = c1 * v96;
    const real v98 = c2 * v84;
    const real v99 = c3 * v85;
    const real v100 = v81 + v82;
    const real v101 = v100 + v92;
    const real v102 = v101 + v93;
    const real v103 = c4 * v102;
    const real v104 = v80 + v83;
    const real v105 = c5 * v104;
    const real g2 = g_at[2 * g_stride];
    const real v106 = c6 * g2;
    const real v107 = v97 + v99;
    const real v108 = v107 + v103;
    const real v109 = v108 + v105;
    const real v110 = v109 + v106;
    const real v111 = v110 - v98;
    const real v112 = g15 * v8;
    const real v113 = g13 * v12;
    const real v114 = v6 * v43;
    const real v115 = g11 * v18;
    const real v116 = r1 * v91;
    const real v117 = r0 * v25;
    const real v118 = r2 * v61;
    const real v119 = c1 * v118;
    const real v120 = c2 * v114;
    const real v121 = v112 + v115;
    const real v122 = c3 * v121;
    const real v123 = v113 + v116;
    const real v124 = v123 + v117;
    const real v125 = c4 * v124;
    const real g3 = g_at[3 * g_stride];
    const real v126 = c6 * g3;
    const real v127 = v122 + v125;
    const real v128 = v127 + v126;
    const real v129 = v128 - v119;
    const real v130 = v129 - v120;
    const real v131 = c7 * v79;
    gx_at[0 * gx_stride] = v131;
    const real v132 = c7 * v111;
    gx_at[1 * gx_stride] = v132;
    const real v133 = c7 * v130;
    gx_at[2 * gx_stride] = v133;
}

__device__ __forceinline__ void second_order_0_statements(const real* const r_at, const unsigned long long r_stride, const real* const g_at, const unsigned long long g_stride, const real* const u_at, const unsigned long long u_stride, real* const hu_at, const unsigned long long hu_stride, real* const ju_at, const unsigned long long ju_stride)
{
    const real c0 = real(3.0);
    const real c1 = real(2.0);
    const real c2 = real(4.0);
    const real c3 = real(5.0);
    const real c4 = real(15.0);
    const real c5 = real(8.0);
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
    const real v22 = v21 * v8;
    const real v23 = c0 * v5;
    const real v24 = v23 - v8;
    const real v25 = g9 * v24;
    const real v26 = r1 * g13;
    const real v27 = r0 * g11;
    const real v28 = c1 * v27;
    const real g6 = g_at[6 * g_stride];
    const real v29 = c0 * g6;
    const real v30 = v26 + v28;
    const real v31 = v30 + v29;
    const real v32 = u2 * v31;
    const real v33 = g13 * u1;
    const real v34 = g11 * u0;
    const real v35 = c1 * v34;
    const real v36 = v33 + v35;
    const real v37 = r2 * v36;
    const real v38 = v32 + v37;
    const real v39 = r2 * g13;
    const real v40 = r1 * g12;
    const real v41 = r0 * g10;
    const real v42 = v40 + v41;
    const real v43 = c1 * v42;
    const real g5 = g_at[5 * g_stride];
    const real v44 = c0 * g5;
    const real v45 = v39 + v43;
    const real v46 = v45 + v44;
    const real v47 = u1 * v46;
    const real v48 = g13 * u2;
    const real v49 = g12 * u1;
    const real v50 = g10 * u0;
    const real v51 = v49 + v50;
    const real v52 = c1 * v51;
    const real v53 = v48 + v52;
    const real v54 = r1 * v53;
    const real v55 = v47 + v54;
    const real v56 = r2 * g11;
    const real v57 = r1 * g10;
    const real v58 = r0 * g9;
    const real v59 = v56 + v57;
    const real g4 = g_at[4 * g_stride];
    const real v60 = g4 + v58;
    const real v61 = c0 * v60;
    const real v62 = v59 + v61;
    const real g15 = g_at[15 * g_stride];
    const real v63 = g11 + g15;
    const real v64 = r2 * v63;
    const real g14 = g_at[14 * g_stride];
    const real v65 = c0 * g14;
    const real v66 = g10 + v65;
    const real v67 = r1 * v66;
    const real v68 = r0 * v21;
    const real v69 = r2 * g15;
    const real v70 = r1 * g14;
    const real v71 = r0 * g12;
    const real v72 = v69 + v71;
    const real g7 = g_at[7 * g_stride];
    const real v73 = g7 + v70;
    const real v74 = c0 * v73;
    const real v75 = v72 + v74;
    const real v76 = v64 + v67;
    const real v77 = v76 + v68;
    const real v78 = c2 * v77;
    const real v79 = v75 + v62;
    const real v80 = c3 * v79;
    const real v81 = v78 + v80;
    const real v82 = c4 * v62;
    const real v83 = v82 - v81;
    const real v84 = u0 * v83;
    const real v85 = g11 * u2;
    const real v86 = g10 * u1;
    const real v87 = g9 * u0;
    const real v88 = v85 + v86;
    const real v89 = c0 * v87;
    const real v90 = v88 + v89;
    const real v91 = u2 * v63;
    const real v92 = u1 * v66;
    const real v93 = u0 * v21;
    const real v94 = g15 * u2;
    const real v95 = g14 * u1;
    const real v96 = g12 * u0;
    const real v97 = v94 + v96;
    const real v98 = c0 * v95;
    const real v99 = v97 + v98;
    const real v100 = v91 + v92;
    const real v101 = v100 + v93;
    const real v102 = c2 * v101;
    const real v103 = v90 + v99;
    const real v104 = c3 * v103;
    const real v105 = v102 + v104;
    const real v106 = c4 * v90;
    const real v107 = v106 - v105;
    const real v108 = r0 * v107;
    const real v109 = v84 + v108;
    const real v110 = c1 * v109;
    const real v111 = c5 * v22;
    const real v112 = c6 * v11;
    const real v113 = v3 + v38;
    const real v114 = v113 + v55;
    const real v115 = c4 * v114;
    const real v116 = v15 + v19;
    const real v117 = v116 + v25;
    const real v118 = c7 * v117;
    const real v119 = v110 + v112;
    const real v120 = v119 + v115;
    const real v121 = v120 + v118;
    const real v122 = v121 - v111;
    const real v123 = g15 * v2;
    const real v124 = g14 * v10;
    const real v125 = g13 * v14;
    const real v126 = g12 * v18;
    const real v127 = v66 * v8;
    const real v128 = g10 * v24;
    const real v129 = r1 * g15;
    const real v130 = r0 * g13;
    const real v131 = c1 * v129;
    const real g8 = g_at[8 * g_stride];
    const real v132 = c0 * g8;
    const real v133 = v130 + v131;
    const real v134 = v133 + v132;
    const real v135 = u2 * v134;
    const real v136 = g15 * u1;
    const real v137 = g13 * u0;
    const real v138 = c1 * v136;
    const real v139 = v137 + v138;
    const real v140 = r2 * v139;
    const real v141 = v135 + v140;
    const real v142 = u0 * v46;
    const real v143 = r0 * v53;
    const real v144 = v142 + v143;
    const real v145 = c4 * v75;
    const real v146 = v145 - v81;
    const real v147 = u1 * v146;
    const real v148 = c4 * v99;
    const real v149 = v148 - v105;
    const real v150 = r1 * v149;
    const real v151 = v147 + v150;
    const real v152 = c1 * v151;
    const real v153 = c5 * v127;
    const real v154 = c6 * v128;
    const real v155 = v125 + v141;
    const real v156 = v155 + v144;
    const real v157 = c4 * v156;
    const real v158 = v123 + v124;
    const real v159 = v158 + v126;
    const real v160 = c7 * v159;
    const real v161 = v152 + v154;
    const real v162 = v161 + v157;
    const real v163 = v162 + v160;
    const real v164 = v163 - v153;
    const real v165 = g15 * v10;
    const real v166 = g13 * v18;
    const real v167 = v63 * v8;
    const real v168 = g11 * v24;
    const real v169 = u1 * v134;
    const real v170 = r1 * v139;
    const real v171 = v169 + v170;
    const real v172 = u0 * v31;
    const real v173 = r0 * v36;
    const real v174 = v172 + v173;
    const real v175 = u2 * v81;
    const real v176 = r2 * v105;
    const real v177 = v175 + v176;
    const real v178 = c1 * v177;
    const real v179 = c5 * v167;
    const real v180 = v165 + v168;
    const real v181 = c6 * v180;
    const real v182 = v166 + v171;
    const real v183 = v182 + v174;
    const real v184 = c4 * v183;
    const real v185 = v181 + v184;
    const real v186 = v185 - v178;
    const real v187 = v186 - v179;
    const real v188 = r0 * r0;
    const real v189 = r1 * r1;
    const real v190 = r2 * r2;
    const real v191 = v188 + v189;
    const real v192 = v191 + v190;
    const real v193 = c0 * v188;
    const real v194 = v193 - v192;
    const real v195 = u0 * v194;
    const real v196 = r0 * v24;
    const real v197 = c1 * v196;
    const real v198 = v195 + v197;
    const real v199 = u0 * v192;
    const real v200 = r0 * v8;
    const real v201 = c1 * v200;
    const real v202 = v199 + v201;
    const real v203 = c2 * v202;
    const real v204 = c3 * v198;
    const real v205 = v204 - v203;
    const real v206 = r0 * r1;
    const real v207 = u0 * v206;
    const real v208 = r0 * v18;
    const real v209 = v207 + v208;
    const real v210 = u1 * v194;
    const real v211 = r1 * v24;
    const real v212 = c1 * v211;
    const real v213 = v210 + v212;
    const real v214 = u1 * v192;
    const real v215 = r1 * v8;
    const real v216 = c1 * v215;
    const real v217 = v214 + v216;
    const real v218 = c2 * v217;
    const real v219 = c3 * v213;
    const real v220 = c7 * v209;
    const real v221 = v219 + v220;
    const real v222 = v221 - v218;
    const real v223 = r0 * r2;
    const real v224 = u0 * v223;
    const real v225 = r0 * v14;
    const real v226 = v224 + v225;
    const real v227 = u2 * v194;
    const real v228 = r2 * v24;
    const real v229 = c1 * v228;
    const real v230 = v227 + v229;
    const real v231 = u2 * v192;
    const real v232 = r2 * v8;
    const real v233 = c1 * v232;
    const real v234 = v231 + v233;
    const real v235 = c2 * v234;
    const real v236 = c3 * v230;
    const real v237 = c7 * v226;
    const real v238 = v236 + v237;
    const real v239 = v238 - v235;
    const real v240 = c0 * v189;
    const real v241 = v240 - v192;
    const real v242 = u0 * v241;
    const real v243 = r0 * v10;
    const real v244 = c1 * v243;
    const real v245 = v242 + v244;
    const real v246 = u1 * v206;
    const real v247 = r1 * v18;
    const real v248 = v246 + v247;
    const real v249 = c3 * v245;
    const real v250 = c7 * v248;
    const real v251 = v203 - v249;
    const real v252 = v251 - v250;
    const real v253 = r1 * r2;
    const real v254 = u0 * v253;
    const real v255 = r0 * v2;
    const real v256 = v254 + v255;
    const real v257 = u1 * v223;
    const real v258 = r1 * v14;
    const real v259 = v257 + v258;
    const real v260 = u2 * v206;
    const real v261 = r2 * v18;
    const real v262 = v260 + v261;
    const real v263 = v256 + v259;
    const real v264 = v263 + v262;
    const real v265 = u1 * v241;
    const real v266 = r1 * v10;
    const real v267 = c1 * v266;
    const real v268 = v265 + v267;
    const real v269 = c3 * v268;
    const real v270 = v218 - v269;
    const real v271 = u1 * v253;
    const real v272 = r1 * v2;
    const real v273 = v271 + v272;
    const real v274 = u2 * v241;
    const real v275 = r2 * v10;
    const real v276 = c1 * v275;
    const real v277 = v274 + v276;
    const real v278 = c3 * v277;
    const real v279 = c7 * v273;
    const real v280 = v235 - v278;
    const real v281 = v280 - v279;
    const real v282 = c8 * v122;
    hu_at[0 * hu_stride] = v282;
    const real v283 = c8 * v164;
    hu_at[1 * hu_stride] = v283;
    const real v284 = c8 * v187;
    hu_at[2 * hu_stride] = v284;
    const real v285 = c10 * v24;
    ju_at[4 * ju_stride] = v285;
    const real v286 = c10 * v10;
    ju_at[7 * ju_stride] = v286;
    const real v287 = c11 * v205;
    ju_at[9 * ju_stride] = v287;
    const real v288 = c8 * v222;
    ju_at[10 * ju_stride] = v288;
    const real v289 = c8 * v239;
    ju_at[11 * ju_stride] = v289;
    const real v290 = c12 * v252;
    ju_at[12 * ju_stride] = v290;
    const real v291 = c13 * v264;
    ju_at[13 * ju_stride] = v291;
    const real v292 = c14 * v270;
    ju_at[14 * ju_stride] = v292;
    const real v293 = c12 * v281;
    ju_at[15 * ju_stride] = v293;
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
