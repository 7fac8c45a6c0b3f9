// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for cartesian-l2-n3-flexible. Do not edit: emit again.
// value: 67 operations (32 additions, 35 multiplications), kernel 4bdea02ce2b707fd
// vjp: 158 operations (70 additions, 88 multiplications), kernel f42658d82c4c80d0
// second_order: 362 operations (165 additions, 197 multiplications), kernel 9bcae724d9f4d09f
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
// launch: {"value": {"parts": ["value_0"], "threads": 128, "row_threads": 128, "inputs": [9], "outputs": [5]}, "vjp": {"parts": ["vjp_0"], "threads": 128, "row_threads": 128, "inputs": [9, 5], "outputs": [9]}, "second_order": {"parts": ["second_order_0"], "threads": 128, "row_threads": 128, "inputs": [9, 5, 9], "outputs": [9, 5]}}

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
    const real x0 = x_at[0 * x_stride];
    y_at[0 * y_stride] = x0;
}

__device__ __forceinline__ void vjp_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real c0 = real(2.0);
    const real x3 = x_at[3 * x_stride];
    const real g3 = g_at[3 * g_stride];
    const real v0 = x3 * g3;
    const real x6 = x_at[6 * x_stride];
    const real v1 = x6 * v0;
    const real x2 = x_at[2 * x_stride];
    const real v2 = x2 * g3;
    const real x5 = x_at[5 * x_stride];
    const real v3 = x5 * v2;
    const real x1 = x_at[1 * x_stride];
    const real x4 = x_at[4 * x_stride];
    const real v4 = x1 * x4;
    const real v5 = x2 * x5;
    const real v6 = x3 * x6;
    const real v7 = v4 + v5;
    const real v8 = v7 + v6;
    const real v9 = g3 * v8;
    const real v10 = x1 * g3;
    const real v11 = x4 * v10;
    const real g1 = g_at[1 * g_stride];
    const real v12 = x1 * g1;
    const real v13 = v1 + v3;
    const real v14 = v13 + v9;
    const real v15 = v14 + v11;
    const real v16 = c0 * v12;
    const real v17 = v15 + v16;
    gx_at[1 * gx_stride] = v17;
    const real x8 = x_at[8 * x_stride];
    const real v18 = x8 * v0;
    const real v19 = x1 * x5;
    const real x7 = x_at[7 * x_stride];
    const real v20 = x2 * x7;
    const real v21 = x3 * x8;
    const real v22 = v19 + v20;
    const real v23 = v22 + v21;
    const real v24 = g3 * v23;
    const real v25 = x7 * v2;
    const real v26 = x5 * v10;
    const real v27 = x2 * g1;
    const real v28 = v18 + v24;
    const real v29 = v28 + v25;
    const real v30 = v29 + v26;
    const real v31 = c0 * v27;
    const real v32 = v30 + v31;
    gx_at[2 * gx_stride] = v32;
    const real v33 = x1 * x6;
    const real v34 = x2 * x8;
    const real v35 = x4 + x7;
    const real v36 = x3 * v35;
    const real v37 = v33 + v34;
    const real v38 = v37 - v36;
    const real v39 = g3 * v38;
    const real v40 = v35 * v0;
    const real v41 = x8 * v2;
    const real v42 = x6 * v10;
    const real v43 = x3 * g1;
    const real v44 = v39 + v41;
    const real v45 = v44 + v42;
    const real v46 = v45 - v40;
    const real v47 = c0 * v43;
    const real v48 = v46 + v47;
    gx_at[3 * gx_stride] = v48;
    const real g4 = g_at[4 * g_stride];
    const real v49 = x6 * g4;
    const real v50 = x6 * v49;
    const real v51 = x4 * x4;
    const real v52 = x5 * x5;
    const real v53 = x6 * x6;
    const real v54 = v51 + v52;
    const real v55 = v54 + v53;
    const real v56 = g4 * v55;
    const real v57 = x1 * v10;
    const real v58 = x8 * g4;
    const real v59 = x8 * v58;
    const real v60 = x5 * g4;
    const real v61 = x5 * v60;
    const real v62 = x8 * x8;
    const real v63 = v35 * v35;
    const real v64 = v53 + v62;
    const real v65 = v64 + v63;
    const real v66 = g4 * v65;
    const real v67 = x3 * v0;
    const real v68 = g4 * v35;
    const real g2 = g_at[2 * g_stride];
    const real v69 = g2 - v68;
    const real v70 = v35 * v69;
    const real v71 = v66 + v67;
    const real v72 = v59 + v50;
    const real v73 = v72 - v61;
    const real v74 = v73 - v70;
    const real v75 = c0 * v74;
    const real v76 = v71 + v75;
    const real v77 = x4 * g4;
    const real v78 = g2 + v77;
    const real v79 = x4 * v78;
    const real v80 = v56 + v57;
    const real v81 = v80 - v76;
    const real v82 = v50 + v79;
    const real v83 = c0 * v82;
    const real v84 = v81 + v83;
    gx_at[4 * gx_stride] = v84;
    const real v85 = x6 * v58;
    const real v86 = x8 * v49;
    const real v87 = x6 * x8;
    const real v88 = x5 * v35;
    const real v89 = v87 + v88;
    const real v90 = g4 * v89;
    const real v91 = v35 * v60;
    const real v92 = x1 * v2;
    const real v93 = x2 * v10;
    const real v94 = x7 * g4;
    const real v95 = v94 + v77;
    const real v96 = c0 * g2;
    const real v97 = v95 + v96;
    const real v98 = x5 * v97;
    const real v99 = v92 + v93;
    const real v100 = v85 + v86;
    const real v101 = v100 + v90;
    const real v102 = v101 + v91;
    const real v103 = v102 + v98;
    const real v104 = c0 * v103;
    const real v105 = v99 + v104;
    gx_at[5 * gx_stride] = v105;
    const real v106 = x5 * v58;
    const real v107 = x5 * x8;
    const real v108 = x4 - v35;
    const real v109 = x6 * v108;
    const real v110 = v107 + v109;
    const real v111 = g4 * v110;
    const real v112 = v108 * v49;
    const real v113 = x8 * v60;
    const real v114 = x1 * v0;
    const real v115 = x3 * v10;
    const real v116 = v77 - v68;
    const real v117 = v116 + v96;
    const real v118 = x6 * v117;
    const real v119 = v114 + v115;
    const real v120 = v106 + v111;
    const real v121 = v120 + v112;
    const real v122 = v121 + v113;
    const real v123 = v122 + v118;
    const real v124 = c0 * v123;
    const real v125 = v119 + v124;
    gx_at[6 * gx_stride] = v125;
    const real v126 = x7 * x7;
    const real v127 = v52 + v126;
    const real v128 = v127 + v62;
    const real v129 = g4 * v128;
    const real v130 = x2 * v2;
    const real v131 = g2 + v94;
    const real v132 = x7 * v131;
    const real v133 = v129 + v130;
    const real v134 = v133 - v76;
    const real v135 = v59 + v132;
    const real v136 = c0 * v135;
    const real v137 = v134 + v136;
    gx_at[7 * gx_stride] = v137;
    const real v138 = x5 * x6;
    const real v139 = x7 - v35;
    const real v140 = x8 * v139;
    const real v141 = v138 + v140;
    const real v142 = g4 * v141;
    const real v143 = v139 * v58;
    const real v144 = x5 * v49;
    const real v145 = x6 * v60;
    const real v146 = x2 * v0;
    const real v147 = x3 * v2;
    const real v148 = v94 - v68;
    const real v149 = v148 + v96;
    const real v150 = x8 * v149;
    const real v151 = v146 + v147;
    const real v152 = v142 + v143;
    const real v153 = v152 + v144;
    const real v154 = v153 + v145;
    const real v155 = v154 + v150;
    const real v156 = c0 * v155;
    const real v157 = v151 + v156;
    gx_at[8 * gx_stride] = v157;
    const real g0 = g_at[0 * g_stride];
    gx_at[0 * gx_stride] = g0;
}

__device__ __forceinline__ void second_order_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, const real* const u_at, const unsigned long long u_stride, real* const hu_at, const unsigned long long hu_stride, real* const ju_at, const unsigned long long ju_stride)
{
    const real c0 = real(2.0);
    const real c1 = real(0.0);
    const real x3 = x_at[3 * x_stride];
    const real g3 = g_at[3 * g_stride];
    const real v0 = x3 * g3;
    const real u6 = u_at[6 * u_stride];
    const real v1 = u6 * v0;
    const real u3 = u_at[3 * u_stride];
    const real v2 = g3 * u3;
    const real x6 = x_at[6 * x_stride];
    const real v3 = x6 * v2;
    const real v4 = v1 + v3;
    const real x2 = x_at[2 * x_stride];
    const real v5 = x2 * g3;
    const real u5 = u_at[5 * u_stride];
    const real v6 = u5 * v5;
    const real u2 = u_at[2 * u_stride];
    const real v7 = g3 * u2;
    const real x5 = x_at[5 * x_stride];
    const real v8 = x5 * v7;
    const real v9 = v6 + v8;
    const real x4 = x_at[4 * x_stride];
    const real u1 = u_at[1 * u_stride];
    const real v10 = x4 * u1;
    const real x1 = x_at[1 * x_stride];
    const real u4 = u_at[4 * u_stride];
    const real v11 = x1 * u4;
    const real v12 = v10 + v11;
    const real v13 = x5 * u2;
    const real v14 = x2 * u5;
    const real v15 = v13 + v14;
    const real v16 = x6 * u3;
    const real v17 = x3 * u6;
    const real v18 = v16 + v17;
    const real v19 = v12 + v15;
    const real v20 = v19 + v18;
    const real v21 = g3 * v20;
    const real v22 = x1 * g3;
    const real v23 = u4 * v22;
    const real v24 = g3 * u1;
    const real v25 = x4 * v24;
    const real v26 = v23 + v25;
    const real g1 = g_at[1 * g_stride];
    const real v27 = g1 * u1;
    const real v28 = v4 + v9;
    const real v29 = v28 + v21;
    const real v30 = v29 + v26;
    const real v31 = c0 * v27;
    const real v32 = v30 + v31;
    hu_at[1 * hu_stride] = v32;
    const real u8 = u_at[8 * u_stride];
    const real v33 = u8 * v0;
    const real x8 = x_at[8 * x_stride];
    const real v34 = x8 * v2;
    const real v35 = v33 + v34;
    const real v36 = x5 * u1;
    const real v37 = x1 * u5;
    const real v38 = v36 + v37;
    const real x7 = x_at[7 * x_stride];
    const real v39 = x7 * u2;
    const real u7 = u_at[7 * u_stride];
    const real v40 = x2 * u7;
    const real v41 = v39 + v40;
    const real v42 = x8 * u3;
    const real v43 = x3 * u8;
    const real v44 = v42 + v43;
    const real v45 = v38 + v41;
    const real v46 = v45 + v44;
    const real v47 = g3 * v46;
    const real v48 = u7 * v5;
    const real v49 = x7 * v7;
    const real v50 = v48 + v49;
    const real v51 = u5 * v22;
    const real v52 = x5 * v24;
    const real v53 = v51 + v52;
    const real v54 = g1 * u2;
    const real v55 = v35 + v47;
    const real v56 = v55 + v50;
    const real v57 = v56 + v53;
    const real v58 = c0 * v54;
    const real v59 = v57 + v58;
    hu_at[2 * hu_stride] = v59;
    const real v60 = x6 * u1;
    const real v61 = x1 * u6;
    const real v62 = v60 + v61;
    const real v63 = x8 * u2;
    const real v64 = x2 * u8;
    const real v65 = v63 + v64;
    const real v66 = x4 + x7;
    const real v67 = u3 * v66;
    const real v68 = u4 + u7;
    const real v69 = x3 * v68;
    const real v70 = v67 + v69;
    const real v71 = v62 + v65;
    const real v72 = v71 - v70;
    const real v73 = g3 * v72;
    const real v74 = v0 * v68;
    const real v75 = v66 * v2;
    const real v76 = v74 + v75;
    const real v77 = u8 * v5;
    const real v78 = x8 * v7;
    const real v79 = v77 + v78;
    const real v80 = u6 * v22;
    const real v81 = x6 * v24;
    const real v82 = v80 + v81;
    const real v83 = g1 * u3;
    const real v84 = v73 + v79;
    const real v85 = v84 + v82;
    const real v86 = v85 - v76;
    const real v87 = c0 * v83;
    const real v88 = v86 + v87;
    hu_at[3 * hu_stride] = v88;
    const real g4 = g_at[4 * g_stride];
    const real v89 = x6 * g4;
    const real v90 = u6 * v89;
    const real v91 = g4 * u6;
    const real v92 = x6 * v91;
    const real v93 = v90 + v92;
    const real v94 = x4 * u4;
    const real v95 = x5 * u5;
    const real v96 = x6 * u6;
    const real v97 = v94 + v95;
    const real v98 = v97 + v96;
    const real v99 = g4 * v98;
    const real v100 = u1 * v22;
    const real v101 = x1 * v24;
    const real v102 = v100 + v101;
    const real v103 = x8 * g4;
    const real v104 = u8 * v103;
    const real v105 = g4 * u8;
    const real v106 = x8 * v105;
    const real v107 = v104 + v106;
    const real v108 = x5 * g4;
    const real v109 = u5 * v108;
    const real v110 = g4 * u5;
    const real v111 = x5 * v110;
    const real v112 = v109 + v111;
    const real v113 = x8 * u8;
    const real v114 = v66 * v68;
    const real v115 = v96 + v113;
    const real v116 = v115 + v114;
    const real v117 = g4 * v116;
    const real v118 = u3 * v0;
    const real v119 = x3 * v2;
    const real v120 = v118 + v119;
    const real v121 = g4 * v66;
    const real g2 = g_at[2 * g_stride];
    const real v122 = g2 - v121;
    const real v123 = v122 * v68;
    const real v124 = g4 * v68;
    const real v125 = v66 * v124;
    const real v126 = v123 - v125;
    const real v127 = v93 + v107;
    const real v128 = v127 + v117;
    const real v129 = v128 - v112;
    const real v130 = v129 - v126;
    const real v131 = c0 * v130;
    const real v132 = v120 + v131;
    const real v133 = x4 * g4;
    const real v134 = g2 + v133;
    const real v135 = u4 * v134;
    const real v136 = g4 * u4;
    const real v137 = x4 * v136;
    const real v138 = v135 + v137;
    const real v139 = v102 - v132;
    const real v140 = v93 + v99;
    const real v141 = v140 + v138;
    const real v142 = c0 * v141;
    const real v143 = v139 + v142;
    hu_at[4 * hu_stride] = v143;
    const real v144 = u6 * v103;
    const real v145 = x6 * v105;
    const real v146 = v144 + v145;
    const real v147 = u8 * v89;
    const real v148 = x8 * v91;
    const real v149 = v147 + v148;
    const real v150 = x8 * u6;
    const real v151 = x6 * u8;
    const real v152 = v150 + v151;
    const real v153 = u5 * v66;
    const real v154 = x5 * v68;
    const real v155 = v153 + v154;
    const real v156 = v152 + v155;
    const real v157 = g4 * v156;
    const real v158 = v108 * v68;
    const real v159 = v66 * v110;
    const real v160 = v158 + v159;
    const real v161 = u1 * v5;
    const real v162 = x1 * v7;
    const real v163 = v161 + v162;
    const real v164 = u2 * v22;
    const real v165 = x2 * v24;
    const real v166 = v164 + v165;
    const real v167 = x7 * g4;
    const real v168 = v167 + v133;
    const real v169 = c0 * g2;
    const real v170 = v168 + v169;
    const real v171 = u5 * v170;
    const real v172 = g4 * u7;
    const real v173 = v136 + v172;
    const real v174 = x5 * v173;
    const real v175 = v171 + v174;
    const real v176 = v163 + v166;
    const real v177 = v146 + v149;
    const real v178 = v177 + v157;
    const real v179 = v178 + v160;
    const real v180 = v179 + v175;
    const real v181 = c0 * v180;
    const real v182 = v176 + v181;
    hu_at[5 * hu_stride] = v182;
    const real v183 = u5 * v103;
    const real v184 = x5 * v105;
    const real v185 = v183 + v184;
    const real v186 = x8 * u5;
    const real v187 = x5 * u8;
    const real v188 = v186 + v187;
    const real v189 = x4 - v66;
    const real v190 = u6 * v189;
    const real v191 = u4 - v68;
    const real v192 = x6 * v191;
    const real v193 = v190 + v192;
    const real v194 = v188 + v193;
    const real v195 = g4 * v194;
    const real v196 = v89 * v191;
    const real v197 = v189 * v91;
    const real v198 = v196 + v197;
    const real v199 = u8 * v108;
    const real v200 = x8 * v110;
    const real v201 = v199 + v200;
    const real v202 = u1 * v0;
    const real v203 = x1 * v2;
    const real v204 = v202 + v203;
    const real v205 = u3 * v22;
    const real v206 = x3 * v24;
    const real v207 = v205 + v206;
    const real v208 = v133 - v121;
    const real v209 = v208 + v169;
    const real v210 = u6 * v209;
    const real v211 = v124 - v136;
    const real v212 = x6 * v211;
    const real v213 = v210 - v212;
    const real v214 = v204 + v207;
    const real v215 = v185 + v195;
    const real v216 = v215 + v198;
    const real v217 = v216 + v201;
    const real v218 = v217 + v213;
    const real v219 = c0 * v218;
    const real v220 = v214 + v219;
    hu_at[6 * hu_stride] = v220;
    const real v221 = x7 * u7;
    const real v222 = v95 + v113;
    const real v223 = v222 + v221;
    const real v224 = g4 * v223;
    const real v225 = u2 * v5;
    const real v226 = x2 * v7;
    const real v227 = v225 + v226;
    const real v228 = g2 + v167;
    const real v229 = u7 * v228;
    const real v230 = x7 * v172;
    const real v231 = v229 + v230;
    const real v232 = v227 - v132;
    const real v233 = v107 + v224;
    const real v234 = v233 + v231;
    const real v235 = c0 * v234;
    const real v236 = v232 + v235;
    hu_at[7 * hu_stride] = v236;
    const real v237 = x6 * u5;
    const real v238 = x5 * u6;
    const real v239 = v237 + v238;
    const real v240 = x7 - v66;
    const real v241 = u8 * v240;
    const real v242 = u7 - v68;
    const real v243 = x8 * v242;
    const real v244 = v241 + v243;
    const real v245 = v239 + v244;
    const real v246 = g4 * v245;
    const real v247 = v103 * v242;
    const real v248 = v240 * v105;
    const real v249 = v247 + v248;
    const real v250 = u5 * v89;
    const real v251 = x5 * v91;
    const real v252 = v250 + v251;
    const real v253 = u6 * v108;
    const real v254 = x6 * v110;
    const real v255 = v253 + v254;
    const real v256 = u2 * v0;
    const real v257 = x2 * v2;
    const real v258 = v256 + v257;
    const real v259 = u3 * v5;
    const real v260 = x3 * v7;
    const real v261 = v259 + v260;
    const real v262 = v167 - v121;
    const real v263 = v262 + v169;
    const real v264 = u8 * v263;
    const real v265 = v124 - v172;
    const real v266 = x8 * v265;
    const real v267 = v264 - v266;
    const real v268 = v258 + v261;
    const real v269 = v246 + v249;
    const real v270 = v269 + v252;
    const real v271 = v270 + v255;
    const real v272 = v271 + v267;
    const real v273 = c0 * v272;
    const real v274 = v268 + v273;
    hu_at[8 * hu_stride] = v274;
    const real v275 = x1 * u1;
    const real v276 = x2 * u2;
    const real v277 = x3 * u3;
    const real v278 = v275 + v276;
    const real v279 = v278 + v277;
    const real v280 = v95 + v96;
    const real v281 = v280 + v113;
    const real v282 = v94 + v114;
    const real v283 = v282 + v221;
    const real v284 = c0 * v281;
    const real v285 = v283 + v284;
    const real v286 = x1 * x4;
    const real v287 = x2 * x5;
    const real v288 = x3 * x6;
    const real v289 = v286 + v287;
    const real v290 = v289 + v288;
    const real v291 = u1 * v290;
    const real v292 = x1 * v20;
    const real v293 = v291 + v292;
    const real v294 = x1 * x5;
    const real v295 = x2 * x7;
    const real v296 = x3 * x8;
    const real v297 = v294 + v295;
    const real v298 = v297 + v296;
    const real v299 = u2 * v298;
    const real v300 = x2 * v46;
    const real v301 = v299 + v300;
    const real v302 = x1 * x6;
    const real v303 = x2 * x8;
    const real v304 = x3 * v66;
    const real v305 = v302 + v303;
    const real v306 = v305 - v304;
    const real v307 = u3 * v306;
    const real v308 = x3 * v72;
    const real v309 = v307 + v308;
    const real v310 = v293 + v301;
    const real v311 = v310 + v309;
    ju_at[3 * ju_stride] = v311;
    const real v312 = x4 * x4;
    const real v313 = x5 * x5;
    const real v314 = x6 * x6;
    const real v315 = v312 + v313;
    const real v316 = v315 + v314;
    const real v317 = u4 * v316;
    const real v318 = x4 * v98;
    const real v319 = c0 * v318;
    const real v320 = v317 + v319;
    const real v321 = x7 * x7;
    const real v322 = x8 * x8;
    const real v323 = v313 + v321;
    const real v324 = v323 + v322;
    const real v325 = u7 * v324;
    const real v326 = x7 * v223;
    const real v327 = c0 * v326;
    const real v328 = v325 + v327;
    const real v329 = v66 * v66;
    const real v330 = v314 + v322;
    const real v331 = v330 + v329;
    const real v332 = v331 * v68;
    const real v333 = v66 * v116;
    const real v334 = c0 * v333;
    const real v335 = v332 + v334;
    const real v336 = x6 * x8;
    const real v337 = x5 * v66;
    const real v338 = v336 + v337;
    const real v339 = u5 * v338;
    const real v340 = x5 * v156;
    const real v341 = v339 + v340;
    const real v342 = x5 * x8;
    const real v343 = x6 * v189;
    const real v344 = v342 + v343;
    const real v345 = u6 * v344;
    const real v346 = x6 * v194;
    const real v347 = v345 + v346;
    const real v348 = x5 * x6;
    const real v349 = x8 * v240;
    const real v350 = v348 + v349;
    const real v351 = u8 * v350;
    const real v352 = x8 * v245;
    const real v353 = v351 + v352;
    const real v354 = v341 + v347;
    const real v355 = v354 + v353;
    const real v356 = v320 + v328;
    const real v357 = v356 - v335;
    const real v358 = c0 * v355;
    const real v359 = v357 + v358;
    ju_at[4 * ju_stride] = v359;
    const real v360 = c0 * v279;
    ju_at[1 * ju_stride] = v360;
    const real v361 = c0 * v285;
    ju_at[2 * ju_stride] = v361;
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
    __shared__ real y_tile[640];
    fetch<9, 9, 128>(x_tile, x + first * 9, count);
    __syncthreads();
    const real* const x_at = x_tile + threadIdx.x * 9;
    real* const y_at = y_tile + threadIdx.x * 5;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const x_at = x + (here.atom * 9 * features + here.feature);
    real* const y_at = y + (here.atom * 5 * features + here.feature);
#endif
    if (active)
        value_0_statements(x_at, stride, y_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<5, 5, 0, 5, 128>(y + first * 5, y_tile, count);
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
    __shared__ real g_tile[640];
    __shared__ real gx_tile[1152];
    fetch<9, 9, 128>(x_tile, x + first * 9, count);
    fetch<5, 5, 128>(g_tile, g + first * 5, count);
    __syncthreads();
    const real* const x_at = x_tile + threadIdx.x * 9;
    const real* const g_at = g_tile + threadIdx.x * 5;
    real* const gx_at = gx_tile + threadIdx.x * 9;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const x_at = x + (here.atom * 9 * features + here.feature);
    const real* const g_at = g + (here.atom * 5 * features + here.feature);
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
    __shared__ real g_tile[640];
    __shared__ real u_tile[1152];
    __shared__ real hu_tile[1152];
    __shared__ real ju_tile[640];
    fetch<9, 9, 128>(x_tile, x + first * 9, count);
    fetch<5, 5, 128>(g_tile, g + first * 5, count);
    fetch<9, 9, 128>(u_tile, u + first * 9, count);
    __syncthreads();
    const real* const x_at = x_tile + threadIdx.x * 9;
    const real* const g_at = g_tile + threadIdx.x * 5;
    const real* const u_at = u_tile + threadIdx.x * 9;
    real* const hu_at = hu_tile + threadIdx.x * 9;
    real* const ju_at = ju_tile + threadIdx.x * 5;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const x_at = x + (here.atom * 9 * features + here.feature);
    const real* const g_at = g + (here.atom * 5 * features + here.feature);
    const real* const u_at = u + (here.atom * 9 * features + here.feature);
    real* const hu_at = hu + (here.atom * 9 * features + here.feature);
    real* const ju_at = ju + (here.atom * 5 * features + here.feature);
#endif
    if (active)
        second_order_0_statements(x_at, stride, g_at, stride, u_at, stride, hu_at, stride, ju_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<9, 9, 0, 9, 128>(hu + first * 9, hu_tile, count);
    deliver<5, 5, 0, 5, 128>(ju + first * 5, ju_tile, count);
#endif
}
#endif

#endif
