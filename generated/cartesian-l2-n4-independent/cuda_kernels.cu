// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for cartesian-l2-n4-independent. Do not edit: emit again.
// value: 72 operations (34 additions, 38 multiplications), kernel e02f11ff0d1e3370
// vjp: 167 operations (73 additions, 94 multiplications), kernel c9062846ec6fc684
// second_order: 386 operations (173 additions, 213 multiplications), kernel f9200b4555e4af9a
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
    const real x4 = x_at[4 * x_stride];
    const real v5 = x4 * x4;
    const real x5 = x_at[5 * x_stride];
    const real v6 = x5 * x5;
    const real x6 = x_at[6 * x_stride];
    const real v7 = x6 * x6;
    const real x7 = x_at[7 * x_stride];
    const real v8 = x7 * x7;
    const real x8 = x_at[8 * x_stride];
    const real v9 = x8 * x8;
    const real v10 = x4 + x7;
    const real v11 = v10 * v10;
    const real v12 = v5 + v8;
    const real v13 = v12 + v11;
    const real v14 = v6 + v7;
    const real v15 = v14 + v9;
    const real v16 = c0 * v15;
    const real v17 = v13 + v16;
    y_at[2 * y_stride] = v17;
    const real v18 = x1 * x4;
    const real v19 = x2 * x5;
    const real v20 = x3 * x6;
    const real v21 = v18 + v19;
    const real v22 = v21 + v20;
    const real v23 = x1 * v22;
    const real v24 = x1 * x5;
    const real v25 = x2 * x7;
    const real v26 = x3 * x8;
    const real v27 = v24 + v25;
    const real v28 = v27 + v26;
    const real v29 = x2 * v28;
    const real v30 = x1 * x6;
    const real v31 = x2 * x8;
    const real v32 = x3 * v10;
    const real v33 = v30 + v31;
    const real v34 = v33 - v32;
    const real v35 = x3 * v34;
    const real v36 = v23 + v29;
    const real v37 = v36 + v35;
    y_at[3 * y_stride] = v37;
    const real v38 = v5 + v6;
    const real v39 = v38 + v7;
    const real v40 = x4 * v39;
    const real v41 = x6 * x8;
    const real v42 = x5 * v10;
    const real v43 = v41 + v42;
    const real v44 = x5 * v43;
    const real v45 = x5 * x8;
    const real v46 = x4 - v10;
    const real v47 = x6 * v46;
    const real v48 = v45 + v47;
    const real v49 = x6 * v48;
    const real v50 = v6 + v8;
    const real v51 = v50 + v9;
    const real v52 = x7 * v51;
    const real v53 = x5 * x6;
    const real v54 = x7 - v10;
    const real v55 = x8 * v54;
    const real v56 = v53 + v55;
    const real v57 = x8 * v56;
    const real v58 = v7 + v9;
    const real v59 = v58 + v11;
    const real v60 = v10 * v59;
    const real v61 = v40 + v52;
    const real v62 = v61 - v60;
    const real v63 = v44 + v49;
    const real v64 = v63 + v57;
    const real v65 = c0 * v64;
    const real v66 = v62 + v65;
    y_at[4 * y_stride] = v66;
    const real v67 = v22 * v22;
    const real v68 = v28 * v28;
    const real v69 = v34 * v34;
    const real v70 = v67 + v68;
    const real v71 = v70 + v69;
    y_at[5 * y_stride] = v71;
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
    const real v60 = x4 * x4;
    const real v61 = x5 * x5;
    const real v62 = x6 * x6;
    const real v63 = v60 + v61;
    const real v64 = v63 + v62;
    const real v65 = g4 * v64;
    const real v66 = x1 * v30;
    const real v67 = x8 * g4;
    const real v68 = x8 * v67;
    const real v69 = x5 * g4;
    const real v70 = x5 * v69;
    const real v71 = x8 * x8;
    const real v72 = v2 * v2;
    const real v73 = v62 + v71;
    const real v74 = v73 + v72;
    const real v75 = g4 * v74;
    const real v76 = x3 * v9;
    const real v77 = g4 * v2;
    const real g2 = g_at[2 * g_stride];
    const real v78 = g2 - v77;
    const real v79 = v2 * v78;
    const real v80 = v75 + v76;
    const real v81 = v68 + v59;
    const real v82 = v81 - v70;
    const real v83 = v82 - v79;
    const real v84 = c0 * v83;
    const real v85 = v80 + v84;
    const real v86 = x4 * g4;
    const real v87 = g2 + v86;
    const real v88 = x4 * v87;
    const real v89 = v65 + v66;
    const real v90 = v89 - v85;
    const real v91 = v59 + v88;
    const real v92 = c0 * v91;
    const real v93 = v90 + v92;
    gx_at[4 * gx_stride] = v93;
    const real v94 = x6 * v67;
    const real v95 = x8 * v58;
    const real v96 = x6 * x8;
    const real v97 = x5 * v2;
    const real v98 = v96 + v97;
    const real v99 = g4 * v98;
    const real v100 = v2 * v69;
    const real v101 = x1 * v19;
    const real v102 = x2 * v30;
    const real v103 = x7 * g4;
    const real v104 = v103 + v86;
    const real v105 = c0 * g2;
    const real v106 = v104 + v105;
    const real v107 = x5 * v106;
    const real v108 = v101 + v102;
    const real v109 = v94 + v95;
    const real v110 = v109 + v99;
    const real v111 = v110 + v100;
    const real v112 = v111 + v107;
    const real v113 = c0 * v112;
    const real v114 = v108 + v113;
    gx_at[5 * gx_stride] = v114;
    const real v115 = x5 * v67;
    const real v116 = x5 * x8;
    const real v117 = x4 - v2;
    const real v118 = x6 * v117;
    const real v119 = v116 + v118;
    const real v120 = g4 * v119;
    const real v121 = v117 * v58;
    const real v122 = x8 * v69;
    const real v123 = x1 * v9;
    const real v124 = x3 * v30;
    const real v125 = v86 - v77;
    const real v126 = v125 + v105;
    const real v127 = x6 * v126;
    const real v128 = v123 + v124;
    const real v129 = v115 + v120;
    const real v130 = v129 + v121;
    const real v131 = v130 + v122;
    const real v132 = v131 + v127;
    const real v133 = c0 * v132;
    const real v134 = v128 + v133;
    gx_at[6 * gx_stride] = v134;
    const real v135 = x7 * x7;
    const real v136 = v61 + v135;
    const real v137 = v136 + v71;
    const real v138 = g4 * v137;
    const real v139 = x2 * v19;
    const real v140 = g2 + v103;
    const real v141 = x7 * v140;
    const real v142 = v138 + v139;
    const real v143 = v142 - v85;
    const real v144 = v68 + v141;
    const real v145 = c0 * v144;
    const real v146 = v143 + v145;
    gx_at[7 * gx_stride] = v146;
    const real v147 = x5 * x6;
    const real v148 = x7 - v2;
    const real v149 = x8 * v148;
    const real v150 = v147 + v149;
    const real v151 = g4 * v150;
    const real v152 = v148 * v67;
    const real v153 = x5 * v58;
    const real v154 = x6 * v69;
    const real v155 = x2 * v9;
    const real v156 = x3 * v19;
    const real v157 = v103 - v77;
    const real v158 = v157 + v105;
    const real v159 = x8 * v158;
    const real v160 = v155 + v156;
    const real v161 = v151 + v152;
    const real v162 = v161 + v153;
    const real v163 = v162 + v154;
    const real v164 = v163 + v159;
    const real v165 = c0 * v164;
    const real v166 = v160 + v165;
    gx_at[8 * gx_stride] = v166;
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
    const real v127 = x4 * u4;
    const real v128 = x5 * u5;
    const real v129 = x6 * u6;
    const real v130 = v127 + v128;
    const real v131 = v130 + v129;
    const real v132 = g4 * v131;
    const real v133 = u1 * v76;
    const real v134 = x1 * v81;
    const real v135 = v133 + v134;
    const real v136 = x8 * g4;
    const real v137 = u8 * v136;
    const real v138 = g4 * u8;
    const real v139 = x8 * v138;
    const real v140 = v137 + v139;
    const real v141 = x5 * g4;
    const real v142 = u5 * v141;
    const real v143 = g4 * u5;
    const real v144 = x5 * v143;
    const real v145 = v142 + v144;
    const real v146 = x8 * u8;
    const real v147 = v2 * v18;
    const real v148 = v129 + v146;
    const real v149 = v148 + v147;
    const real v150 = g4 * v149;
    const real v151 = u3 * v9;
    const real v152 = x3 * v26;
    const real v153 = v151 + v152;
    const real v154 = g4 * v2;
    const real g2 = g_at[2 * g_stride];
    const real v155 = g2 - v154;
    const real v156 = v155 * v18;
    const real v157 = g4 * v18;
    const real v158 = v2 * v157;
    const real v159 = v156 - v158;
    const real v160 = v126 + v140;
    const real v161 = v160 + v150;
    const real v162 = v161 - v145;
    const real v163 = v162 - v159;
    const real v164 = c0 * v163;
    const real v165 = v153 + v164;
    const real v166 = x4 * g4;
    const real v167 = g2 + v166;
    const real v168 = u4 * v167;
    const real v169 = g4 * u4;
    const real v170 = x4 * v169;
    const real v171 = v168 + v170;
    const real v172 = v135 - v165;
    const real v173 = v126 + v132;
    const real v174 = v173 + v171;
    const real v175 = c0 * v174;
    const real v176 = v172 + v175;
    hu_at[4 * hu_stride] = v176;
    const real v177 = u6 * v136;
    const real v178 = x6 * v138;
    const real v179 = v177 + v178;
    const real v180 = u8 * v122;
    const real v181 = x8 * v124;
    const real v182 = v180 + v181;
    const real v183 = x8 * u6;
    const real v184 = x6 * u8;
    const real v185 = v183 + v184;
    const real v186 = u5 * v2;
    const real v187 = x5 * v18;
    const real v188 = v186 + v187;
    const real v189 = v185 + v188;
    const real v190 = g4 * v189;
    const real v191 = v141 * v18;
    const real v192 = v2 * v143;
    const real v193 = v191 + v192;
    const real v194 = u1 * v37;
    const real v195 = x1 * v53;
    const real v196 = v194 + v195;
    const real v197 = u2 * v76;
    const real v198 = x2 * v81;
    const real v199 = v197 + v198;
    const real v200 = x7 * g4;
    const real v201 = v200 + v166;
    const real v202 = c0 * g2;
    const real v203 = v201 + v202;
    const real v204 = u5 * v203;
    const real v205 = g4 * u7;
    const real v206 = v169 + v205;
    const real v207 = x5 * v206;
    const real v208 = v204 + v207;
    const real v209 = v196 + v199;
    const real v210 = v179 + v182;
    const real v211 = v210 + v190;
    const real v212 = v211 + v193;
    const real v213 = v212 + v208;
    const real v214 = c0 * v213;
    const real v215 = v209 + v214;
    hu_at[5 * hu_stride] = v215;
    const real v216 = u5 * v136;
    const real v217 = x5 * v138;
    const real v218 = v216 + v217;
    const real v219 = x8 * u5;
    const real v220 = x5 * u8;
    const real v221 = v219 + v220;
    const real v222 = x4 - v2;
    const real v223 = u6 * v222;
    const real v224 = u4 - v18;
    const real v225 = x6 * v224;
    const real v226 = v223 + v225;
    const real v227 = v221 + v226;
    const real v228 = g4 * v227;
    const real v229 = v122 * v224;
    const real v230 = v222 * v124;
    const real v231 = v229 + v230;
    const real v232 = u8 * v141;
    const real v233 = x8 * v143;
    const real v234 = v232 + v233;
    const real v235 = u1 * v9;
    const real v236 = x1 * v26;
    const real v237 = v235 + v236;
    const real v238 = u3 * v76;
    const real v239 = x3 * v81;
    const real v240 = v238 + v239;
    const real v241 = v166 - v154;
    const real v242 = v241 + v202;
    const real v243 = u6 * v242;
    const real v244 = v157 - v169;
    const real v245 = x6 * v244;
    const real v246 = v243 - v245;
    const real v247 = v237 + v240;
    const real v248 = v218 + v228;
    const real v249 = v248 + v231;
    const real v250 = v249 + v234;
    const real v251 = v250 + v246;
    const real v252 = c0 * v251;
    const real v253 = v247 + v252;
    hu_at[6 * hu_stride] = v253;
    const real v254 = x7 * u7;
    const real v255 = v128 + v146;
    const real v256 = v255 + v254;
    const real v257 = g4 * v256;
    const real v258 = u2 * v37;
    const real v259 = x2 * v53;
    const real v260 = v258 + v259;
    const real v261 = g2 + v200;
    const real v262 = u7 * v261;
    const real v263 = x7 * v205;
    const real v264 = v262 + v263;
    const real v265 = v260 - v165;
    const real v266 = v140 + v257;
    const real v267 = v266 + v264;
    const real v268 = c0 * v267;
    const real v269 = v265 + v268;
    hu_at[7 * hu_stride] = v269;
    const real v270 = x6 * u5;
    const real v271 = x5 * u6;
    const real v272 = v270 + v271;
    const real v273 = x7 - v2;
    const real v274 = u8 * v273;
    const real v275 = u7 - v18;
    const real v276 = x8 * v275;
    const real v277 = v274 + v276;
    const real v278 = v272 + v277;
    const real v279 = g4 * v278;
    const real v280 = v136 * v275;
    const real v281 = v273 * v138;
    const real v282 = v280 + v281;
    const real v283 = u5 * v122;
    const real v284 = x5 * v124;
    const real v285 = v283 + v284;
    const real v286 = u6 * v141;
    const real v287 = x6 * v143;
    const real v288 = v286 + v287;
    const real v289 = u2 * v9;
    const real v290 = x2 * v26;
    const real v291 = v289 + v290;
    const real v292 = u3 * v37;
    const real v293 = x3 * v53;
    const real v294 = v292 + v293;
    const real v295 = v200 - v154;
    const real v296 = v295 + v202;
    const real v297 = u8 * v296;
    const real v298 = v157 - v205;
    const real v299 = x8 * v298;
    const real v300 = v297 - v299;
    const real v301 = v291 + v294;
    const real v302 = v279 + v282;
    const real v303 = v302 + v285;
    const real v304 = v303 + v288;
    const real v305 = v304 + v300;
    const real v306 = c0 * v305;
    const real v307 = v301 + v306;
    hu_at[8 * hu_stride] = v307;
    const real v308 = x1 * u1;
    const real v309 = x2 * u2;
    const real v310 = x3 * u3;
    const real v311 = v308 + v309;
    const real v312 = v311 + v310;
    const real v313 = v128 + v129;
    const real v314 = v313 + v146;
    const real v315 = v127 + v147;
    const real v316 = v315 + v254;
    const real v317 = c0 * v314;
    const real v318 = v316 + v317;
    const real v319 = u1 * v72;
    const real v320 = x1 * v66;
    const real v321 = v319 + v320;
    const real v322 = u2 * v33;
    const real v323 = x2 * v49;
    const real v324 = v322 + v323;
    const real v325 = u3 * v5;
    const real v326 = x3 * v22;
    const real v327 = v325 + v326;
    const real v328 = v321 + v324;
    const real v329 = v328 + v327;
    ju_at[3 * ju_stride] = v329;
    const real v330 = x4 * x4;
    const real v331 = x5 * x5;
    const real v332 = x6 * x6;
    const real v333 = v330 + v331;
    const real v334 = v333 + v332;
    const real v335 = u4 * v334;
    const real v336 = x4 * v131;
    const real v337 = c0 * v336;
    const real v338 = v335 + v337;
    const real v339 = x7 * x7;
    const real v340 = x8 * x8;
    const real v341 = v331 + v339;
    const real v342 = v341 + v340;
    const real v343 = u7 * v342;
    const real v344 = x7 * v256;
    const real v345 = c0 * v344;
    const real v346 = v343 + v345;
    const real v347 = v2 * v2;
    const real v348 = v332 + v340;
    const real v349 = v348 + v347;
    const real v350 = v349 * v18;
    const real v351 = v2 * v149;
    const real v352 = c0 * v351;
    const real v353 = v350 + v352;
    const real v354 = x6 * x8;
    const real v355 = x5 * v2;
    const real v356 = v354 + v355;
    const real v357 = u5 * v356;
    const real v358 = x5 * v189;
    const real v359 = v357 + v358;
    const real v360 = x5 * x8;
    const real v361 = x6 * v222;
    const real v362 = v360 + v361;
    const real v363 = u6 * v362;
    const real v364 = x6 * v227;
    const real v365 = v363 + v364;
    const real v366 = x5 * x6;
    const real v367 = x8 * v273;
    const real v368 = v366 + v367;
    const real v369 = u8 * v368;
    const real v370 = x8 * v278;
    const real v371 = v369 + v370;
    const real v372 = v359 + v365;
    const real v373 = v372 + v371;
    const real v374 = v338 + v346;
    const real v375 = v374 - v353;
    const real v376 = c0 * v373;
    const real v377 = v375 + v376;
    ju_at[4 * ju_stride] = v377;
    const real v378 = v72 * v66;
    const real v379 = v33 * v49;
    const real v380 = v5 * v22;
    const real v381 = v378 + v379;
    const real v382 = v381 + v380;
    const real v383 = c0 * v312;
    ju_at[1 * ju_stride] = v383;
    const real v384 = c0 * v318;
    ju_at[2 * ju_stride] = v384;
    const real v385 = c0 * v382;
    ju_at[5 * ju_stride] = v385;
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
