// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for cartesian-l2-n4-flexible. Do not edit: emit again.
// value: 55 operations (22 additions, 33 multiplications), kernel 79235aa60ecbd862
// vjp: 130 operations (50 additions, 80 multiplications), kernel 32faa45d21857b86
// second_order: 304 operations (126 additions, 178 multiplications), kernel fbe56201741e717f
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
// launch: {"value": {"parts": ["value_0"], "threads": 128, "row_threads": 128, "inputs": [9], "outputs": [6]}, "vjp": {"parts": ["vjp_0"], "threads": 128, "row_threads": 128, "inputs": [9, 6], "outputs": [9]}, "second_order": {"parts": ["second_order_0"], "threads": 128, "row_threads": 128, "inputs": [9, 6, 9], "outputs": [9, 6]}}

#ifndef REAL
#define REAL float
#endif

typedef REAL real;

__device__ __forceinline__ void value_0_statements(const real* const x_at, const unsigned long long x_stride, real* const y_at, const unsigned long long y_stride)
{
    const real c0 = real(2.0);
    const real c1 = real(-3.0);
    const real x1 = x_at[1 * x_stride];
    const real v0 = x1 * x1;
    const real x2 = x_at[2 * x_stride];
    const real v1 = x2 * x2;
    const real x3 = x_at[3 * x_stride];
    const real v2 = x3 * x3;
    const real v3 = v0 + v1;
    const real v4 = v3 + v2;
    y_at[1 * y_stride] = v4;
    const real x8 = x_at[8 * x_stride];
    const real v5 = x8 * x8;
    const real x4 = x_at[4 * x_stride];
    const real x7 = x_at[7 * x_stride];
    const real v6 = x4 + x7;
    const real v7 = x7 * v6;
    const real v8 = v5 + v7;
    const real x6 = x_at[6 * x_stride];
    const real v9 = x6 * x6;
    const real v10 = x4 * v6;
    const real v11 = v9 + v10;
    const real x5 = x_at[5 * x_stride];
    const real v12 = x5 * x5;
    const real v13 = x4 * x7;
    const real v14 = v12 - v13;
    const real v15 = v8 + v11;
    const real v16 = v15 + v14;
    const real v17 = x1 * x4;
    const real v18 = x2 * x5;
    const real v19 = x3 * x6;
    const real v20 = v17 + v18;
    const real v21 = v20 + v19;
    const real v22 = x1 * v21;
    const real v23 = x1 * x5;
    const real v24 = x2 * x7;
    const real v25 = x3 * x8;
    const real v26 = v23 + v24;
    const real v27 = v26 + v25;
    const real v28 = x2 * v27;
    const real v29 = x1 * x6;
    const real v30 = x2 * x8;
    const real v31 = x3 * v6;
    const real v32 = v29 + v30;
    const real v33 = v32 - v31;
    const real v34 = x3 * v33;
    const real v35 = v22 + v28;
    const real v36 = v35 + v34;
    y_at[3 * y_stride] = v36;
    const real v37 = x4 * v8;
    const real v38 = x5 * v6;
    const real v39 = x6 * x8;
    const real v40 = v38 + v39;
    const real v41 = x5 * v40;
    const real v42 = x6 * x7;
    const real v43 = x5 * x8;
    const real v44 = v42 - v43;
    const real v45 = x6 * v44;
    const real v46 = v37 + v45;
    const real v47 = v46 - v41;
    const real v48 = v21 * v21;
    const real v49 = v27 * v27;
    const real v50 = v33 * v33;
    const real v51 = v48 + v49;
    const real v52 = v51 + v50;
    y_at[5 * y_stride] = v52;
    const real v53 = c0 * v16;
    y_at[2 * y_stride] = v53;
    const real v54 = c1 * v47;
    y_at[4 * y_stride] = v54;
    const real x0 = x_at[0 * x_stride];
    y_at[0 * y_stride] = x0;
}

__device__ __forceinline__ void vjp_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real c0 = real(2.0);
    const real c1 = real(3.0);
    const real c2 = real(4.0);
    const real c3 = real(-1.0);
    const real x1 = x_at[1 * x_stride];
    const real x6 = x_at[6 * x_stride];
    const real v0 = x1 * x6;
    const real x2 = x_at[2 * x_stride];
    const real x8 = x_at[8 * x_stride];
    const real v1 = x2 * x8;
    const real x4 = x_at[4 * x_stride];
    const real x7 = x_at[7 * x_stride];
    const real v2 = x4 + x7;
    const real x3 = x_at[3 * x_stride];
    const real v3 = x3 * v2;
    const real v4 = v0 + v1;
    const real v5 = v4 - v3;
    const real g5 = g_at[5 * g_stride];
    const real v6 = c0 * g5;
    const real v7 = v6 * v5;
    const real g3 = g_at[3 * g_stride];
    const real v8 = x3 * g3;
    const real v9 = v7 + v8;
    const real v10 = x6 * v9;
    const real x5 = x_at[5 * x_stride];
    const real v11 = x1 * x5;
    const real v12 = x2 * x7;
    const real v13 = x3 * x8;
    const real v14 = v11 + v12;
    const real v15 = v14 + v13;
    const real v16 = v6 * v15;
    const real v17 = x2 * g3;
    const real v18 = v16 + v17;
    const real v19 = x5 * v18;
    const real v20 = x1 * x4;
    const real v21 = x2 * x5;
    const real v22 = x3 * x6;
    const real v23 = v20 + v21;
    const real v24 = v23 + v22;
    const real v25 = g3 * v24;
    const real v26 = v6 * v24;
    const real v27 = x1 * g3;
    const real v28 = v26 + v27;
    const real v29 = x4 * v28;
    const real g1 = g_at[1 * g_stride];
    const real v30 = c0 * g1;
    const real v31 = v30 * x1;
    const real v32 = v10 + v19;
    const real v33 = v32 + v25;
    const real v34 = v33 + v29;
    const real v35 = v34 + v31;
    gx_at[1 * gx_stride] = v35;
    const real v36 = x8 * v9;
    const real v37 = g3 * v15;
    const real v38 = x7 * v18;
    const real v39 = x5 * v28;
    const real v40 = v30 * x2;
    const real v41 = v36 + v37;
    const real v42 = v41 + v38;
    const real v43 = v42 + v39;
    const real v44 = v43 + v40;
    gx_at[2 * gx_stride] = v44;
    const real v45 = g3 * v5;
    const real v46 = v2 * v9;
    const real v47 = x8 * v18;
    const real v48 = x6 * v28;
    const real v49 = v30 * x3;
    const real v50 = v45 + v47;
    const real v51 = v50 + v48;
    const real v52 = v51 + v49;
    const real v53 = v52 - v46;
    gx_at[3 * gx_stride] = v53;
    const real v54 = x8 * x8;
    const real v55 = x7 * v2;
    const real v56 = v54 + v55;
    const real g4 = g_at[4 * g_stride];
    const real v57 = c1 * g4;
    const real v58 = v57 * v56;
    const real v59 = x1 * v28;
    const real g2 = g_at[2 * g_stride];
    const real v60 = x4 * g2;
    const real v61 = x5 * g4;
    const real v62 = x5 * v61;
    const real v63 = x3 * v9;
    const real v64 = v57 * x4;
    const real v65 = c0 * g2;
    const real v66 = v65 - v64;
    const real v67 = x7 * v66;
    const real v68 = v67 - v63;
    const real v69 = c0 * v60;
    const real v70 = c1 * v62;
    const real v71 = v68 + v69;
    const real v72 = v71 + v70;
    const real v73 = v58 - v59;
    const real v74 = v73 - v72;
    const real v75 = v74 - v69;
    const real v76 = x6 * g4;
    const real v77 = x8 * v76;
    const real v78 = x5 * v2;
    const real v79 = x6 * x8;
    const real v80 = v78 + v79;
    const real v81 = g4 * v80;
    const real v82 = v2 * v61;
    const real v83 = x1 * v18;
    const real v84 = x2 * v28;
    const real v85 = c2 * g2;
    const real v86 = v85 * x5;
    const real v87 = v83 + v84;
    const real v88 = v87 + v86;
    const real v89 = v77 + v81;
    const real v90 = v89 + v82;
    const real v91 = c1 * v90;
    const real v92 = v88 + v91;
    gx_at[5 * gx_stride] = v92;
    const real v93 = x6 * x7;
    const real v94 = x5 * x8;
    const real v95 = v93 - v94;
    const real v96 = g4 * v95;
    const real v97 = x7 * v76;
    const real v98 = x8 * v61;
    const real v99 = x1 * v9;
    const real v100 = x3 * v28;
    const real v101 = v85 * x6;
    const real v102 = v99 + v100;
    const real v103 = v102 + v101;
    const real v104 = v96 + v97;
    const real v105 = v104 - v98;
    const real v106 = c1 * v105;
    const real v107 = v106 - v103;
    const real v108 = x6 * v76;
    const real v109 = x2 * v18;
    const real v110 = v2 * v66;
    const real v111 = v72 + v109;
    const real v112 = v111 + v110;
    const real v113 = c1 * v108;
    const real v114 = v69 + v113;
    const real v115 = v114 - v112;
    const real v116 = x5 * v76;
    const real v117 = x6 * v61;
    const real v118 = x2 * v9;
    const real v119 = x3 * v18;
    const real v120 = x8 * v66;
    const real v121 = v118 + v119;
    const real v122 = c0 * v120;
    const real v123 = v116 + v117;
    const real v124 = c1 * v123;
    const real v125 = v121 + v122;
    const real v126 = v125 + v124;
    gx_at[8 * gx_stride] = v126;
    const real v127 = c3 * v75;
    gx_at[4 * gx_stride] = v127;
    const real v128 = c3 * v107;
    gx_at[6 * gx_stride] = v128;
    const real v129 = c3 * v115;
    gx_at[7 * gx_stride] = v129;
    const real g0 = g_at[0 * g_stride];
    gx_at[0 * gx_stride] = g0;
}

__device__ __forceinline__ void second_order_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, const real* const u_at, const unsigned long long u_stride, real* const hu_at, const unsigned long long hu_stride, real* const ju_at, const unsigned long long ju_stride)
{
    const real c0 = real(2.0);
    const real c1 = real(3.0);
    const real c2 = real(4.0);
    const real c3 = real(0.0);
    const real c4 = real(-1.0);
    const real c5 = real(-3.0);
    const real x1 = x_at[1 * x_stride];
    const real x6 = x_at[6 * x_stride];
    const real v0 = x1 * x6;
    const real x2 = x_at[2 * x_stride];
    const real x8 = x_at[8 * x_stride];
    const real v1 = x2 * x8;
    const real x4 = x_at[4 * x_stride];
    const real x7 = x_at[7 * x_stride];
    const real v2 = x4 + x7;
    const real x3 = x_at[3 * x_stride];
    const real v3 = x3 * v2;
    const real v4 = v0 + v1;
    const real v5 = v4 - v3;
    const real g5 = g_at[5 * g_stride];
    const real v6 = c0 * g5;
    const real v7 = v6 * v5;
    const real g3 = g_at[3 * g_stride];
    const real v8 = x3 * g3;
    const real v9 = v7 + v8;
    const real u6 = u_at[6 * u_stride];
    const real v10 = u6 * v9;
    const real u1 = u_at[1 * u_stride];
    const real v11 = x6 * u1;
    const real v12 = x1 * u6;
    const real v13 = v11 + v12;
    const real u2 = u_at[2 * u_stride];
    const real v14 = x8 * u2;
    const real u8 = u_at[8 * u_stride];
    const real v15 = x2 * u8;
    const real v16 = v14 + v15;
    const real u3 = u_at[3 * u_stride];
    const real v17 = u3 * v2;
    const real u4 = u_at[4 * u_stride];
    const real u7 = u_at[7 * u_stride];
    const real v18 = u4 + u7;
    const real v19 = x3 * v18;
    const real v20 = v17 + v19;
    const real v21 = v13 + v16;
    const real v22 = v21 - v20;
    const real v23 = v6 * v22;
    const real v24 = g3 * u3;
    const real v25 = v23 + v24;
    const real v26 = x6 * v25;
    const real v27 = v10 + v26;
    const real x5 = x_at[5 * x_stride];
    const real v28 = x1 * x5;
    const real v29 = x2 * x7;
    const real v30 = x3 * x8;
    const real v31 = v28 + v29;
    const real v32 = v31 + v30;
    const real v33 = v6 * v32;
    const real v34 = x2 * g3;
    const real v35 = v33 + v34;
    const real u5 = u_at[5 * u_stride];
    const real v36 = u5 * v35;
    const real v37 = x5 * u1;
    const real v38 = x1 * u5;
    const real v39 = v37 + v38;
    const real v40 = x7 * u2;
    const real v41 = x2 * u7;
    const real v42 = v40 + v41;
    const real v43 = x8 * u3;
    const real v44 = x3 * u8;
    const real v45 = v43 + v44;
    const real v46 = v39 + v42;
    const real v47 = v46 + v45;
    const real v48 = v6 * v47;
    const real v49 = g3 * u2;
    const real v50 = v48 + v49;
    const real v51 = x5 * v50;
    const real v52 = v36 + v51;
    const real v53 = x4 * u1;
    const real v54 = x1 * u4;
    const real v55 = v53 + v54;
    const real v56 = x5 * u2;
    const real v57 = x2 * u5;
    const real v58 = v56 + v57;
    const real v59 = x6 * u3;
    const real v60 = x3 * u6;
    const real v61 = v59 + v60;
    const real v62 = v55 + v58;
    const real v63 = v62 + v61;
    const real v64 = g3 * v63;
    const real v65 = x1 * x4;
    const real v66 = x2 * x5;
    const real v67 = x3 * x6;
    const real v68 = v65 + v66;
    const real v69 = v68 + v67;
    const real v70 = v6 * v69;
    const real v71 = x1 * g3;
    const real v72 = v70 + v71;
    const real v73 = u4 * v72;
    const real v74 = v6 * v63;
    const real v75 = g3 * u1;
    const real v76 = v74 + v75;
    const real v77 = x4 * v76;
    const real v78 = v73 + v77;
    const real g1 = g_at[1 * g_stride];
    const real v79 = c0 * g1;
    const real v80 = v79 * u1;
    const real v81 = v27 + v52;
    const real v82 = v81 + v64;
    const real v83 = v82 + v78;
    const real v84 = v83 + v80;
    hu_at[1 * hu_stride] = v84;
    const real v85 = u8 * v9;
    const real v86 = x8 * v25;
    const real v87 = v85 + v86;
    const real v88 = g3 * v47;
    const real v89 = u7 * v35;
    const real v90 = x7 * v50;
    const real v91 = v89 + v90;
    const real v92 = u5 * v72;
    const real v93 = x5 * v76;
    const real v94 = v92 + v93;
    const real v95 = v79 * u2;
    const real v96 = v87 + v88;
    const real v97 = v96 + v91;
    const real v98 = v97 + v94;
    const real v99 = v98 + v95;
    hu_at[2 * hu_stride] = v99;
    const real v100 = g3 * v22;
    const real v101 = v9 * v18;
    const real v102 = v2 * v25;
    const real v103 = v101 + v102;
    const real v104 = u8 * v35;
    const real v105 = x8 * v50;
    const real v106 = v104 + v105;
    const real v107 = u6 * v72;
    const real v108 = x6 * v76;
    const real v109 = v107 + v108;
    const real v110 = v79 * u3;
    const real v111 = v100 + v106;
    const real v112 = v111 + v109;
    const real v113 = v112 + v110;
    const real v114 = v113 - v103;
    hu_at[3 * hu_stride] = v114;
    const real v115 = x8 * u8;
    const real v116 = u7 * v2;
    const real v117 = x7 * v18;
    const real v118 = v116 + v117;
    const real v119 = c0 * v115;
    const real v120 = v118 + v119;
    const real g4 = g_at[4 * g_stride];
    const real v121 = c1 * g4;
    const real v122 = v121 * v120;
    const real v123 = u1 * v72;
    const real v124 = x1 * v76;
    const real v125 = v123 + v124;
    const real g2 = g_at[2 * g_stride];
    const real v126 = g2 * u4;
    const real v127 = x5 * g4;
    const real v128 = u5 * v127;
    const real v129 = g4 * u5;
    const real v130 = x5 * v129;
    const real v131 = v128 + v130;
    const real v132 = u3 * v9;
    const real v133 = x3 * v25;
    const real v134 = v132 + v133;
    const real v135 = v121 * x4;
    const real v136 = c0 * g2;
    const real v137 = v136 - v135;
    const real v138 = u7 * v137;
    const real v139 = g4 * u4;
    const real v140 = c1 * v139;
    const real v141 = v140 * x7;
    const real v142 = v138 - v141;
    const real v143 = v142 - v134;
    const real v144 = c0 * v126;
    const real v145 = c1 * v131;
    const real v146 = v143 + v144;
    const real v147 = v146 + v145;
    const real v148 = v122 - v125;
    const real v149 = v148 - v147;
    const real v150 = v149 - v144;
    const real v151 = x6 * g4;
    const real v152 = u8 * v151;
    const real v153 = g4 * u6;
    const real v154 = x8 * v153;
    const real v155 = v152 + v154;
    const real v156 = u5 * v2;
    const real v157 = x5 * v18;
    const real v158 = v156 + v157;
    const real v159 = x8 * u6;
    const real v160 = x6 * u8;
    const real v161 = v159 + v160;
    const real v162 = v158 + v161;
    const real v163 = g4 * v162;
    const real v164 = v18 * v127;
    const real v165 = v2 * v129;
    const real v166 = v164 + v165;
    const real v167 = u1 * v35;
    const real v168 = x1 * v50;
    const real v169 = v167 + v168;
    const real v170 = u2 * v72;
    const real v171 = x2 * v76;
    const real v172 = v170 + v171;
    const real v173 = c2 * g2;
    const real v174 = v173 * u5;
    const real v175 = v169 + v172;
    const real v176 = v175 + v174;
    const real v177 = v155 + v163;
    const real v178 = v177 + v166;
    const real v179 = c1 * v178;
    const real v180 = v176 + v179;
    hu_at[5 * hu_stride] = v180;
    const real v181 = x7 * u6;
    const real v182 = x6 * u7;
    const real v183 = v181 + v182;
    const real v184 = x8 * u5;
    const real v185 = x5 * u8;
    const real v186 = v184 + v185;
    const real v187 = v183 - v186;
    const real v188 = g4 * v187;
    const real v189 = u7 * v151;
    const real v190 = x7 * v153;
    const real v191 = v189 + v190;
    const real v192 = u8 * v127;
    const real v193 = x8 * v129;
    const real v194 = v192 + v193;
    const real v195 = u1 * v9;
    const real v196 = x1 * v25;
    const real v197 = v195 + v196;
    const real v198 = u3 * v72;
    const real v199 = x3 * v76;
    const real v200 = v198 + v199;
    const real v201 = v173 * u6;
    const real v202 = v197 + v200;
    const real v203 = v202 + v201;
    const real v204 = v188 + v191;
    const real v205 = v204 - v194;
    const real v206 = c1 * v205;
    const real v207 = v206 - v203;
    const real v208 = u6 * v151;
    const real v209 = x6 * v153;
    const real v210 = v208 + v209;
    const real v211 = u2 * v35;
    const real v212 = x2 * v50;
    const real v213 = v211 + v212;
    const real v214 = v18 * v137;
    const real v215 = v140 * v2;
    const real v216 = v214 - v215;
    const real v217 = v147 + v213;
    const real v218 = v217 + v216;
    const real v219 = c1 * v210;
    const real v220 = v144 + v219;
    const real v221 = v220 - v218;
    const real v222 = u5 * v151;
    const real v223 = x5 * v153;
    const real v224 = v222 + v223;
    const real v225 = u6 * v127;
    const real v226 = x6 * v129;
    const real v227 = v225 + v226;
    const real v228 = u2 * v9;
    const real v229 = x2 * v25;
    const real v230 = v228 + v229;
    const real v231 = u3 * v35;
    const real v232 = x3 * v50;
    const real v233 = v231 + v232;
    const real v234 = u8 * v137;
    const real v235 = v140 * x8;
    const real v236 = v234 - v235;
    const real v237 = v230 + v233;
    const real v238 = c0 * v236;
    const real v239 = v224 + v227;
    const real v240 = c1 * v239;
    const real v241 = v237 + v238;
    const real v242 = v241 + v240;
    hu_at[8 * hu_stride] = v242;
    const real v243 = x1 * u1;
    const real v244 = x2 * u2;
    const real v245 = x3 * u3;
    const real v246 = v243 + v244;
    const real v247 = v246 + v245;
    const real v248 = x6 * u6;
    const real v249 = u4 * v2;
    const real v250 = x4 * v18;
    const real v251 = v249 + v250;
    const real v252 = x5 * u5;
    const real v253 = x7 * u4;
    const real v254 = x4 * u7;
    const real v255 = v253 + v254;
    const real v256 = v120 + v251;
    const real v257 = v256 - v255;
    const real v258 = v248 + v252;
    const real v259 = c0 * v258;
    const real v260 = v257 + v259;
    const real v261 = u1 * v69;
    const real v262 = x1 * v63;
    const real v263 = v261 + v262;
    const real v264 = u2 * v32;
    const real v265 = x2 * v47;
    const real v266 = v264 + v265;
    const real v267 = u3 * v5;
    const real v268 = x3 * v22;
    const real v269 = v267 + v268;
    const real v270 = v263 + v266;
    const real v271 = v270 + v269;
    ju_at[3 * ju_stride] = v271;
    const real v272 = x8 * x8;
    const real v273 = x7 * v2;
    const real v274 = v272 + v273;
    const real v275 = u4 * v274;
    const real v276 = x4 * v120;
    const real v277 = v275 + v276;
    const real v278 = x5 * v2;
    const real v279 = x6 * x8;
    const real v280 = v278 + v279;
    const real v281 = u5 * v280;
    const real v282 = x5 * v162;
    const real v283 = v281 + v282;
    const real v284 = x6 * x7;
    const real v285 = x5 * x8;
    const real v286 = v284 - v285;
    const real v287 = u6 * v286;
    const real v288 = x6 * v187;
    const real v289 = v287 + v288;
    const real v290 = v277 + v289;
    const real v291 = v290 - v283;
    const real v292 = v63 * v69;
    const real v293 = v32 * v47;
    const real v294 = v5 * v22;
    const real v295 = v292 + v293;
    const real v296 = v295 + v294;
    const real v297 = c4 * v150;
    hu_at[4 * hu_stride] = v297;
    const real v298 = c4 * v207;
    hu_at[6 * hu_stride] = v298;
    const real v299 = c4 * v221;
    hu_at[7 * hu_stride] = v299;
    const real v300 = c0 * v247;
    ju_at[1 * ju_stride] = v300;
    const real v301 = c0 * v260;
    ju_at[2 * ju_stride] = v301;
    const real v302 = c5 * v291;
    ju_at[4 * ju_stride] = v302;
    const real v303 = c0 * v296;
    ju_at[5 * ju_stride] = v303;
    hu_at[0 * hu_stride] = c3;
    const real u0 = u_at[0 * u_stride];
    ju_at[0 * ju_stride] = u0;
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
value_0(const real* __restrict__ x, real* __restrict__ y, const long long items, const unsigned features)
{
#ifdef COMPONENTS_LAST
    const unsigned long long stride = 1;
    const long long first = (long long)blockIdx.x * 128;
    const int count = items - first < 128 ? (int)(items - first) : 128;
    const bool active = threadIdx.x < count;
    __shared__ real x_tile[1152];
    __shared__ real y_tile[896];
    fetch<9, 9, 128>(x_tile, x + first * 9, count);
    __syncthreads();
    const real* const x_at = x_tile + threadIdx.x * 9;
    real* const y_at = y_tile + threadIdx.x * 7;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const x_at = x + (here.atom * 9 * features + here.feature);
    real* const y_at = y + (here.atom * 6 * features + here.feature);
#endif
    if (active)
        value_0_statements(x_at, stride, y_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<6, 7, 0, 6, 128>(y + first * 6, y_tile, count);
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
vjp_0(const real* __restrict__ x, const real* __restrict__ g, real* __restrict__ gx, const long long items, const unsigned features)
{
#ifdef COMPONENTS_LAST
    const unsigned long long stride = 1;
    const long long first = (long long)blockIdx.x * 128;
    const int count = items - first < 128 ? (int)(items - first) : 128;
    const bool active = threadIdx.x < count;
    __shared__ real x_tile[1152];
    __shared__ real g_tile[896];
    __shared__ real gx_tile[1152];
    fetch<9, 9, 128>(x_tile, x + first * 9, count);
    fetch<6, 7, 128>(g_tile, g + first * 6, count);
    __syncthreads();
    const real* const x_at = x_tile + threadIdx.x * 9;
    const real* const g_at = g_tile + threadIdx.x * 7;
    real* const gx_at = gx_tile + threadIdx.x * 9;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const x_at = x + (here.atom * 9 * features + here.feature);
    const real* const g_at = g + (here.atom * 6 * features + here.feature);
    real* const gx_at = gx + (here.atom * 9 * features + here.feature);
#endif
    if (active)
        vjp_0_statements(x_at, stride, g_at, stride, gx_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<9, 9, 0, 9, 128>(gx + first * 9, gx_tile, count);
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
second_order_0(const real* __restrict__ x, const real* __restrict__ g, const real* __restrict__ u, real* __restrict__ hu, real* __restrict__ ju, const long long items, const unsigned features)
{
#ifdef COMPONENTS_LAST
    const unsigned long long stride = 1;
    const long long first = (long long)blockIdx.x * 128;
    const int count = items - first < 128 ? (int)(items - first) : 128;
    const bool active = threadIdx.x < count;
    __shared__ real x_tile[1152];
    __shared__ real g_tile[896];
    __shared__ real u_tile[1152];
    __shared__ real hu_tile[1152];
    __shared__ real ju_tile[896];
    fetch<9, 9, 128>(x_tile, x + first * 9, count);
    fetch<6, 7, 128>(g_tile, g + first * 6, count);
    fetch<9, 9, 128>(u_tile, u + first * 9, count);
    __syncthreads();
    const real* const x_at = x_tile + threadIdx.x * 9;
    const real* const g_at = g_tile + threadIdx.x * 7;
    const real* const u_at = u_tile + threadIdx.x * 9;
    real* const hu_at = hu_tile + threadIdx.x * 9;
    real* const ju_at = ju_tile + threadIdx.x * 7;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const x_at = x + (here.atom * 9 * features + here.feature);
    const real* const g_at = g + (here.atom * 6 * features + here.feature);
    const real* const u_at = u + (here.atom * 9 * features + here.feature);
    real* const hu_at = hu + (here.atom * 9 * features + here.feature);
    real* const ju_at = ju + (here.atom * 6 * features + here.feature);
#endif
    if (active)
        second_order_0_statements(x_at, stride, g_at, stride, u_at, stride, hu_at, stride, ju_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<9, 9, 0, 9, 128>(hu + first * 9, hu_tile, count);
    deliver<6, 7, 0, 6, 128>(ju + first * 6, ju_tile, count);
#endif
}
#endif

#endif
