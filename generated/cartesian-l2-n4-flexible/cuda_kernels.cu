// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for cartesian-l2-n4-flexible. Do not edit: emit again.
// value: 68 operations (32 additions, 36 multiplications), kernel 26e7951911dc9377
// vjp: 163 operations (72 additions, 91 multiplications), kernel 301134e4469a2ce1
// second_order: 374 operations (169 additions, 205 multiplications), kernel 033bbab4429d579c
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
    const real x1 = x_at[1 * x_stride];
    const real v0 = x1 * x1;
    const real x2 = x_at[2 * x_stride];
    const real v1 = x2 * x2;
    const real x3 = x_at[3 * x_stride];
    const real v2 = x3 * x3;
    const real v3 = v0 + v1;
    const real v4 = v3 + v2;
    y_at[1 * y_stride] = v4;
    const real x5 = x_at[5 * x_stride];
    const real v5 = x5 * x5;
    const real x6 = x_at[6 * x_stride];
    const real v6 = x6 * x6;
    const real x4 = x_at[4 * x_stride];
    const real v7 = x4 * x4;
    const real v8 = v5 + v6;
    const real v9 = v8 + v7;
    const real x8 = x_at[8 * x_stride];
    const real v10 = x8 * x8;
    const real x7 = x_at[7 * x_stride];
    const real v11 = x7 * x7;
    const real v12 = v5 + v10;
    const real v13 = v12 + v11;
    const real v14 = x4 + x7;
    const real v15 = v14 * v14;
    const real v16 = v6 + v10;
    const real v17 = v16 + v15;
    const real v18 = v9 + v13;
    const real v19 = v18 + v17;
    y_at[2 * y_stride] = v19;
    const real v20 = x1 * x4;
    const real v21 = x2 * x5;
    const real v22 = x3 * x6;
    const real v23 = v20 + v21;
    const real v24 = v23 + v22;
    const real v25 = x1 * v24;
    const real v26 = x1 * x5;
    const real v27 = x2 * x7;
    const real v28 = x3 * x8;
    const real v29 = v26 + v27;
    const real v30 = v29 + v28;
    const real v31 = x2 * v30;
    const real v32 = x1 * x6;
    const real v33 = x2 * x8;
    const real v34 = x3 * v14;
    const real v35 = v32 + v33;
    const real v36 = v35 - v34;
    const real v37 = x3 * v36;
    const real v38 = v25 + v31;
    const real v39 = v38 + v37;
    y_at[3 * y_stride] = v39;
    const real v40 = x6 * x8;
    const real v41 = x5 * v14;
    const real v42 = v40 + v41;
    const real v43 = x5 * v42;
    const real v44 = v9 - v17;
    const real v45 = x4 * v44;
    const real v46 = x5 * x8;
    const real v47 = x4 - v14;
    const real v48 = x6 * v47;
    const real v49 = v46 + v48;
    const real v50 = x6 * v49;
    const real v51 = v13 - v17;
    const real v52 = x7 * v51;
    const real v53 = x5 * x6;
    const real v54 = x7 - v14;
    const real v55 = x8 * v54;
    const real v56 = v53 + v55;
    const real v57 = x8 * v56;
    const real v58 = v45 + v52;
    const real v59 = v43 + v50;
    const real v60 = v59 + v57;
    const real v61 = c0 * v60;
    const real v62 = v58 + v61;
    y_at[4 * y_stride] = v62;
    const real v63 = v24 * v24;
    const real v64 = v30 * v30;
    const real v65 = v36 * v36;
    const real v66 = v63 + v64;
    const real v67 = v66 + v65;
    y_at[5 * y_stride] = v67;
    const real x0 = x_at[0 * x_stride];
    y_at[0 * y_stride] = x0;
}

__device__ __forceinline__ void vjp_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real c0 = real(2.0);
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
    const real v6 = g5 * v5;
    const real g3 = g_at[3 * g_stride];
    const real v7 = x3 * g3;
    const real v8 = c0 * v6;
    const real v9 = v7 + v8;
    const real v10 = x6 * v9;
    const real x5 = x_at[5 * x_stride];
    const real v11 = x1 * x5;
    const real v12 = x2 * x7;
    const real v13 = x3 * x8;
    const real v14 = v11 + v12;
    const real v15 = v14 + v13;
    const real v16 = g5 * v15;
    const real v17 = x2 * g3;
    const real v18 = c0 * v16;
    const real v19 = v17 + v18;
    const real v20 = x5 * v19;
    const real v21 = x1 * x4;
    const real v22 = x2 * x5;
    const real v23 = x3 * x6;
    const real v24 = v21 + v22;
    const real v25 = v24 + v23;
    const real v26 = g3 * v25;
    const real v27 = g5 * v25;
    const real v28 = x1 * g3;
    const real v29 = c0 * v27;
    const real v30 = v28 + v29;
    const real v31 = x4 * v30;
    const real g1 = g_at[1 * g_stride];
    const real v32 = x1 * g1;
    const real v33 = v10 + v20;
    const real v34 = v33 + v26;
    const real v35 = v34 + v31;
    const real v36 = c0 * v32;
    const real v37 = v35 + v36;
    gx_at[1 * gx_stride] = v37;
    const real v38 = x8 * v9;
    const real v39 = g3 * v15;
    const real v40 = x7 * v19;
    const real v41 = x5 * v30;
    const real v42 = x2 * g1;
    const real v43 = v38 + v39;
    const real v44 = v43 + v40;
    const real v45 = v44 + v41;
    const real v46 = c0 * v42;
    const real v47 = v45 + v46;
    gx_at[2 * gx_stride] = v47;
    const real v48 = g3 * v5;
    const real v49 = v2 * v9;
    const real v50 = x8 * v19;
    const real v51 = x6 * v30;
    const real v52 = x3 * g1;
    const real v53 = v48 + v50;
    const real v54 = v53 + v51;
    const real v55 = v54 - v49;
    const real v56 = c0 * v52;
    const real v57 = v55 + v56;
    gx_at[3 * gx_stride] = v57;
    const real g4 = g_at[4 * g_stride];
    const real v58 = x6 * g4;
    const real v59 = x6 * v58;
    const real v60 = x5 * x5;
    const real v61 = x6 * x6;
    const real v62 = x4 * x4;
    const real v63 = v60 + v61;
    const real v64 = v63 + v62;
    const real v65 = x8 * x8;
    const real v66 = v2 * v2;
    const real v67 = v61 + v65;
    const real v68 = v67 + v66;
    const real v69 = v64 - v68;
    const real v70 = g4 * v69;
    const real v71 = x1 * v30;
    const real v72 = x8 * g4;
    const real v73 = x8 * v72;
    const real v74 = x5 * g4;
    const real v75 = x5 * v74;
    const real v76 = x3 * v9;
    const real v77 = x7 * g4;
    const real v78 = x4 * g4;
    const real g2 = g_at[2 * g_stride];
    const real v79 = g2 - v77;
    const real v80 = v79 - v78;
    const real v81 = v2 * v80;
    const real v82 = v73 + v59;
    const real v83 = v82 - v75;
    const real v84 = v83 - v81;
    const real v85 = c0 * v84;
    const real v86 = v76 + v85;
    const real v87 = g2 + v78;
    const real v88 = x4 * v87;
    const real v89 = v70 + v71;
    const real v90 = v89 - v86;
    const real v91 = v59 + v88;
    const real v92 = c0 * v91;
    const real v93 = v90 + v92;
    gx_at[4 * gx_stride] = v93;
    const real v94 = x6 * v72;
    const real v95 = x8 * v58;
    const real v96 = x6 * x8;
    const real v97 = x5 * v2;
    const real v98 = v96 + v97;
    const real v99 = g4 * v98;
    const real v100 = v2 * v74;
    const real v101 = x1 * v19;
    const real v102 = x2 * v30;
    const real v103 = g2 + v77;
    const real v104 = v103 + v87;
    const real v105 = x5 * v104;
    const real v106 = v101 + v102;
    const real v107 = v94 + v95;
    const real v108 = v107 + v99;
    const real v109 = v108 + v100;
    const real v110 = v109 + v105;
    const real v111 = c0 * v110;
    const real v112 = v106 + v111;
    gx_at[5 * gx_stride] = v112;
    const real v113 = x5 * v72;
    const real v114 = x5 * x8;
    const real v115 = x4 - v2;
    const real v116 = x6 * v115;
    const real v117 = v114 + v116;
    const real v118 = g4 * v117;
    const real v119 = v115 * v58;
    const real v120 = x8 * v74;
    const real v121 = x1 * v9;
    const real v122 = x3 * v30;
    const real v123 = v80 + v87;
    const real v124 = x6 * v123;
    const real v125 = v121 + v122;
    const real v126 = v113 + v118;
    const real v127 = v126 + v119;
    const real v128 = v127 + v120;
    const real v129 = v128 + v124;
    const real v130 = c0 * v129;
    const real v131 = v125 + v130;
    gx_at[6 * gx_stride] = v131;
    const real v132 = x7 * x7;
    const real v133 = v60 + v65;
    const real v134 = v133 + v132;
    const real v135 = v134 - v68;
    const real v136 = g4 * v135;
    const real v137 = x2 * v19;
    const real v138 = x7 * v103;
    const real v139 = v136 + v137;
    const real v140 = v139 - v86;
    const real v141 = v73 + v138;
    const real v142 = c0 * v141;
    const real v143 = v140 + v142;
    gx_at[7 * gx_stride] = v143;
    const real v144 = x5 * x6;
    const real v145 = x7 - v2;
    const real v146 = x8 * v145;
    const real v147 = v144 + v146;
    const real v148 = g4 * v147;
    const real v149 = v145 * v72;
    const real v150 = x5 * v58;
    const real v151 = x6 * v74;
    const real v152 = x2 * v9;
    const real v153 = x3 * v19;
    const real v154 = v80 + v103;
    const real v155 = x8 * v154;
    const real v156 = v152 + v153;
    const real v157 = v148 + v149;
    const real v158 = v157 + v150;
    const real v159 = v158 + v151;
    const real v160 = v159 + v155;
    const real v161 = c0 * v160;
    const real v162 = v156 + v161;
    gx_at[8 * gx_stride] = v162;
    const real g0 = g_at[0 * g_stride];
    gx_at[0 * gx_stride] = g0;
}

__device__ __forceinline__ void second_order_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, const real* const u_at, const unsigned long long u_stride, real* const hu_at, const unsigned long long hu_stride, real* const ju_at, const unsigned long long ju_stride)
{
    const real c0 = real(2.0);
    const real c1 = real(0.0);
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
    const real v6 = g5 * v5;
    const real g3 = g_at[3 * g_stride];
    const real v7 = x3 * g3;
    const real v8 = c0 * v6;
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
    const real v23 = g5 * v22;
    const real v24 = g3 * u3;
    const real v25 = c0 * v23;
    const real v26 = v24 + v25;
    const real v27 = x6 * v26;
    const real v28 = v10 + v27;
    const real x5 = x_at[5 * x_stride];
    const real v29 = x1 * x5;
    const real v30 = x2 * x7;
    const real v31 = x3 * x8;
    const real v32 = v29 + v30;
    const real v33 = v32 + v31;
    const real v34 = g5 * v33;
    const real v35 = x2 * g3;
    const real v36 = c0 * v34;
    const real v37 = v35 + v36;
    const real u5 = u_at[5 * u_stride];
    const real v38 = u5 * v37;
    const real v39 = x5 * u1;
    const real v40 = x1 * u5;
    const real v41 = v39 + v40;
    const real v42 = x7 * u2;
    const real v43 = x2 * u7;
    const real v44 = v42 + v43;
    const real v45 = x8 * u3;
    const real v46 = x3 * u8;
    const real v47 = v45 + v46;
    const real v48 = v41 + v44;
    const real v49 = v48 + v47;
    const real v50 = g5 * v49;
    const real v51 = g3 * u2;
    const real v52 = c0 * v50;
    const real v53 = v51 + v52;
    const real v54 = x5 * v53;
    const real v55 = v38 + v54;
    const real v56 = x4 * u1;
    const real v57 = x1 * u4;
    const real v58 = v56 + v57;
    const real v59 = x5 * u2;
    const real v60 = x2 * u5;
    const real v61 = v59 + v60;
    const real v62 = x6 * u3;
    const real v63 = x3 * u6;
    const real v64 = v62 + v63;
    const real v65 = v58 + v61;
    const real v66 = v65 + v64;
    const real v67 = g3 * v66;
    const real v68 = x1 * x4;
    const real v69 = x2 * x5;
    const real v70 = x3 * x6;
    const real v71 = v68 + v69;
    const real v72 = v71 + v70;
    const real v73 = g5 * v72;
    const real v74 = x1 * g3;
    const real v75 = c0 * v73;
    const real v76 = v74 + v75;
    const real v77 = u4 * v76;
    const real v78 = g5 * v66;
    const real v79 = g3 * u1;
    const real v80 = c0 * v78;
    const real v81 = v79 + v80;
    const real v82 = x4 * v81;
    const real v83 = v77 + v82;
    const real g1 = g_at[1 * g_stride];
    const real v84 = g1 * u1;
    const real v85 = v28 + v55;
    const real v86 = v85 + v67;
    const real v87 = v86 + v83;
    const real v88 = c0 * v84;
    const real v89 = v87 + v88;
    hu_at[1 * hu_stride] = v89;
    const real v90 = u8 * v9;
    const real v91 = x8 * v26;
    const real v92 = v90 + v91;
    const real v93 = g3 * v49;
    const real v94 = u7 * v37;
    const real v95 = x7 * v53;
    const real v96 = v94 + v95;
    const real v97 = u5 * v76;
    const real v98 = x5 * v81;
    const real v99 = v97 + v98;
    const real v100 = g1 * u2;
    const real v101 = v92 + v93;
    const real v102 = v101 + v96;
    const real v103 = v102 + v99;
    const real v104 = c0 * v100;
    const real v105 = v103 + v104;
    hu_at[2 * hu_stride] = v105;
    const real v106 = g3 * v22;
    const real v107 = v9 * v18;
    const real v108 = v2 * v26;
    const real v109 = v107 + v108;
    const real v110 = u8 * v37;
    const real v111 = x8 * v53;
    const real v112 = v110 + v111;
    const real v113 = u6 * v76;
    const real v114 = x6 * v81;
    const real v115 = v113 + v114;
    const real v116 = g1 * u3;
    const real v117 = v106 + v112;
    const real v118 = v117 + v115;
    const real v119 = v118 - v109;
    const real v120 = c0 * v116;
    const real v121 = v119 + v120;
    hu_at[3 * hu_stride] = v121;
    const real g4 = g_at[4 * g_stride];
    const real v122 = x6 * g4;
    const real v123 = u6 * v122;
    const real v124 = g4 * u6;
    const real v125 = x6 * v124;
    const real v126 = v123 + v125;
    const real v127 = x5 * u5;
    const real v128 = x6 * u6;
    const real v129 = x4 * u4;
    const real v130 = v127 + v128;
    const real v131 = v130 + v129;
    const real v132 = x8 * u8;
    const real v133 = v2 * v18;
    const real v134 = v128 + v132;
    const real v135 = v134 + v133;
    const real v136 = v131 - v135;
    const real v137 = g4 * v136;
    const real v138 = u1 * v76;
    const real v139 = x1 * v81;
    const real v140 = v138 + v139;
    const real v141 = x8 * g4;
    const real v142 = u8 * v141;
    const real v143 = g4 * u8;
    const real v144 = x8 * v143;
    const real v145 = v142 + v144;
    const real v146 = x5 * g4;
    const real v147 = u5 * v146;
    const real v148 = g4 * u5;
    const real v149 = x5 * v148;
    const real v150 = v147 + v149;
    const real v151 = u3 * v9;
    const real v152 = x3 * v26;
    const real v153 = v151 + v152;
    const real v154 = x7 * g4;
    const real v155 = x4 * g4;
    const real g2 = g_at[2 * g_stride];
    const real v156 = g2 - v154;
    const real v157 = v156 - v155;
    const real v158 = v157 * v18;
    const real v159 = g4 * u7;
    const real v160 = g4 * u4;
    const real v161 = v159 + v160;
    const real v162 = v2 * v161;
    const real v163 = v158 - v162;
    const real v164 = v126 + v145;
    const real v165 = v164 - v150;
    const real v166 = v165 - v163;
    const real v167 = c0 * v166;
    const real v168 = v153 + v167;
    const real v169 = g2 + v155;
    const real v170 = u4 * v169;
    const real v171 = x4 * v160;
    const real v172 = v170 + v171;
    const real v173 = v140 - v168;
    const real v174 = v126 + v137;
    const real v175 = v174 + v172;
    const real v176 = c0 * v175;
    const real v177 = v173 + v176;
    hu_at[4 * hu_stride] = v177;
    const real v178 = u6 * v141;
    const real v179 = x6 * v143;
    const real v180 = v178 + v179;
    const real v181 = u8 * v122;
    const real v182 = x8 * v124;
    const real v183 = v181 + v182;
    const real v184 = x8 * u6;
    const real v185 = x6 * u8;
    const real v186 = v184 + v185;
    const real v187 = u5 * v2;
    const real v188 = x5 * v18;
    const real v189 = v187 + v188;
    const real v190 = v186 + v189;
    const real v191 = g4 * v190;
    const real v192 = v146 * v18;
    const real v193 = v2 * v148;
    const real v194 = v192 + v193;
    const real v195 = u1 * v37;
    const real v196 = x1 * v53;
    const real v197 = v195 + v196;
    const real v198 = u2 * v76;
    const real v199 = x2 * v81;
    const real v200 = v198 + v199;
    const real v201 = g2 + v154;
    const real v202 = v201 + v169;
    const real v203 = u5 * v202;
    const real v204 = x5 * v161;
    const real v205 = v203 + v204;
    const real v206 = v197 + v200;
    const real v207 = v180 + v183;
    const real v208 = v207 + v191;
    const real v209 = v208 + v194;
    const real v210 = v209 + v205;
    const real v211 = c0 * v210;
    const real v212 = v206 + v211;
    hu_at[5 * hu_stride] = v212;
    const real v213 = u5 * v141;
    const real v214 = x5 * v143;
    const real v215 = v213 + v214;
    const real v216 = x8 * u5;
    const real v217 = x5 * u8;
    const real v218 = v216 + v217;
    const real v219 = x4 - v2;
    const real v220 = u6 * v219;
    const real v221 = u4 - v18;
    const real v222 = x6 * v221;
    const real v223 = v220 + v222;
    const real v224 = v218 + v223;
    const real v225 = g4 * v224;
    const real v226 = v122 * v221;
    const real v227 = v219 * v124;
    const real v228 = v226 + v227;
    const real v229 = u8 * v146;
    const real v230 = x8 * v148;
    const real v231 = v229 + v230;
    const real v232 = u1 * v9;
    const real v233 = x1 * v26;
    const real v234 = v232 + v233;
    const real v235 = u3 * v76;
    const real v236 = x3 * v81;
    const real v237 = v235 + v236;
    const real v238 = v157 + v169;
    const real v239 = u6 * v238;
    const real v240 = v160 - v161;
    const real v241 = x6 * v240;
    const real v242 = v239 + v241;
    const real v243 = v234 + v237;
    const real v244 = v215 + v225;
    const real v245 = v244 + v228;
    const real v246 = v245 + v231;
    const real v247 = v246 + v242;
    const real v248 = c0 * v247;
    const real v249 = v243 + v248;
    hu_at[6 * hu_stride] = v249;
    const real v250 = x7 * u7;
    const real v251 = v127 + v132;
    const real v252 = v251 + v250;
    const real v253 = v135 - v252;
    const real v254 = g4 * v253;
    const real v255 = u2 * v37;
    const real v256 = x2 * v53;
    const real v257 = v255 + v256;
    const real v258 = u7 * v201;
    const real v259 = x7 * v159;
    const real v260 = v258 + v259;
    const real v261 = v257 - v168;
    const real v262 = v145 + v260;
    const real v263 = v262 - v254;
    const real v264 = c0 * v263;
    const real v265 = v261 + v264;
    hu_at[7 * hu_stride] = v265;
    const real v266 = x6 * u5;
    const real v267 = x5 * u6;
    const real v268 = v266 + v267;
    const real v269 = x7 - v2;
    const real v270 = u8 * v269;
    const real v271 = u7 - v18;
    const real v272 = x8 * v271;
    const real v273 = v270 + v272;
    const real v274 = v268 + v273;
    const real v275 = g4 * v274;
    const real v276 = v141 * v271;
    const real v277 = v269 * v143;
    const real v278 = v276 + v277;
    const real v279 = u5 * v122;
    const real v280 = x5 * v124;
    const real v281 = v279 + v280;
    const real v282 = u6 * v146;
    const real v283 = x6 * v148;
    const real v284 = v282 + v283;
    const real v285 = u2 * v9;
    const real v286 = x2 * v26;
    const real v287 = v285 + v286;
    const real v288 = u3 * v37;
    const real v289 = x3 * v53;
    const real v290 = v288 + v289;
    const real v291 = v157 + v201;
    const real v292 = u8 * v291;
    const real v293 = v159 - v161;
    const real v294 = x8 * v293;
    const real v295 = v292 + v294;
    const real v296 = v287 + v290;
    const real v297 = v275 + v278;
    const real v298 = v297 + v281;
    const real v299 = v298 + v284;
    const real v300 = v299 + v295;
    const real v301 = c0 * v300;
    const real v302 = v296 + v301;
    hu_at[8 * hu_stride] = v302;
    const real v303 = x1 * u1;
    const real v304 = x2 * u2;
    const real v305 = x3 * u3;
    const real v306 = v303 + v304;
    const real v307 = v306 + v305;
    const real v308 = v131 + v135;
    const real v309 = v308 + v252;
    const real v310 = u1 * v72;
    const real v311 = x1 * v66;
    const real v312 = v310 + v311;
    const real v313 = u2 * v33;
    const real v314 = x2 * v49;
    const real v315 = v313 + v314;
    const real v316 = u3 * v5;
    const real v317 = x3 * v22;
    const real v318 = v316 + v317;
    const real v319 = v312 + v315;
    const real v320 = v319 + v318;
    ju_at[3 * ju_stride] = v320;
    const real v321 = x5 * x5;
    const real v322 = x6 * x6;
    const real v323 = x4 * x4;
    const real v324 = v321 + v322;
    const real v325 = v324 + v323;
    const real v326 = x8 * x8;
    const real v327 = v2 * v2;
    const real v328 = v322 + v326;
    const real v329 = v328 + v327;
    const real v330 = v325 - v329;
    const real v331 = u4 * v330;
    const real v332 = x4 * v136;
    const real v333 = c0 * v332;
    const real v334 = v331 + v333;
    const real v335 = x7 * x7;
    const real v336 = v321 + v326;
    const real v337 = v336 + v335;
    const real v338 = v337 - v329;
    const real v339 = u7 * v338;
    const real v340 = x7 * v253;
    const real v341 = c0 * v340;
    const real v342 = v339 - v341;
    const real v343 = x6 * x8;
    const real v344 = x5 * v2;
    const real v345 = v343 + v344;
    const real v346 = u5 * v345;
    const real v347 = x5 * v190;
    const real v348 = v346 + v347;
    const real v349 = x5 * x8;
    const real v350 = x6 * v219;
    const real v351 = v349 + v350;
    const real v352 = u6 * v351;
    const real v353 = x6 * v224;
    const real v354 = v352 + v353;
    const real v355 = x5 * x6;
    const real v356 = x8 * v269;
    const real v357 = v355 + v356;
    const real v358 = u8 * v357;
    const real v359 = x8 * v274;
    const real v360 = v358 + v359;
    const real v361 = v348 + v354;
    const real v362 = v361 + v360;
    const real v363 = v334 + v342;
    const real v364 = c0 * v362;
    const real v365 = v363 + v364;
    ju_at[4 * ju_stride] = v365;
    const real v366 = v72 * v66;
    const real v367 = v33 * v49;
    const real v368 = v5 * v22;
    const real v369 = v366 + v367;
    const real v370 = v369 + v368;
    const real v371 = c0 * v307;
    ju_at[1 * ju_stride] = v371;
    const real v372 = c0 * v309;
    ju_at[2 * ju_stride] = v372;
    const real v373 = c0 * v370;
    ju_at[5 * ju_stride] = v373;
    hu_at[0 * hu_stride] = c1;
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
