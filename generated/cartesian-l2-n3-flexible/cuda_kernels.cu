// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for cartesian-l2-n3-flexible. Do not edit: emit again.
// value: 58 operations (28 additions, 30 multiplications), kernel c5b6eae0f1db566a
// vjp: 132 operations (59 additions, 73 multiplications), kernel d5e0a4f54b258e23
// second_order: 302 operations (137 additions, 165 multiplications), kernel 89f61a2d5c0d4362
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
    const real v20 = v0 - v2;
    const real v21 = x4 * v20;
    const real v22 = x1 * x2;
    const real v23 = x5 * v22;
    const real v24 = x1 * x3;
    const real v25 = x6 * v24;
    const real v26 = v1 - v2;
    const real v27 = x7 * v26;
    const real v28 = x2 * x3;
    const real v29 = x8 * v28;
    const real v30 = v21 + v27;
    const real v31 = v23 + v25;
    const real v32 = v31 + v29;
    const real v33 = c0 * v32;
    const real v34 = v30 + v33;
    y_at[3 * y_stride] = v34;
    const real v35 = x6 * x8;
    const real v36 = x5 * v14;
    const real v37 = v35 + v36;
    const real v38 = x5 * v37;
    const real v39 = v9 - v17;
    const real v40 = x4 * v39;
    const real v41 = x5 * x8;
    const real v42 = x4 - v14;
    const real v43 = x6 * v42;
    const real v44 = v41 + v43;
    const real v45 = x6 * v44;
    const real v46 = v13 - v17;
    const real v47 = x7 * v46;
    const real v48 = x5 * x6;
    const real v49 = x7 - v14;
    const real v50 = x8 * v49;
    const real v51 = v48 + v50;
    const real v52 = x8 * v51;
    const real v53 = v40 + v47;
    const real v54 = v38 + v45;
    const real v55 = v54 + v52;
    const real v56 = c0 * v55;
    const real v57 = v53 + v56;
    y_at[4 * y_stride] = v57;
    const real x0 = x_at[0 * x_stride];
    y_at[0 * y_stride] = x0;
}

__device__ __forceinline__ void vjp_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real c0 = real(2.0);
    const real x6 = x_at[6 * x_stride];
    const real g3 = g_at[3 * g_stride];
    const real v0 = x6 * g3;
    const real x3 = x_at[3 * x_stride];
    const real v1 = x3 * v0;
    const real x5 = x_at[5 * x_stride];
    const real v2 = x5 * g3;
    const real x2 = x_at[2 * x_stride];
    const real v3 = x2 * v2;
    const real x4 = x_at[4 * x_stride];
    const real v4 = x4 * g3;
    const real g1 = g_at[1 * g_stride];
    const real v5 = g1 + v4;
    const real x1 = x_at[1 * x_stride];
    const real v6 = x1 * v5;
    const real v7 = v1 + v3;
    const real v8 = v7 + v6;
    const real x8 = x_at[8 * x_stride];
    const real v9 = x8 * g3;
    const real v10 = x3 * v9;
    const real v11 = x1 * v2;
    const real x7 = x_at[7 * x_stride];
    const real v12 = x7 * g3;
    const real v13 = g1 + v12;
    const real v14 = x2 * v13;
    const real v15 = v10 + v11;
    const real v16 = v15 + v14;
    const real v17 = x2 * v9;
    const real v18 = x1 * v0;
    const real v19 = g1 - v12;
    const real v20 = v19 - v4;
    const real v21 = x3 * v20;
    const real v22 = v17 + v18;
    const real v23 = v22 + v21;
    const real g4 = g_at[4 * g_stride];
    const real v24 = x6 * g4;
    const real v25 = x6 * v24;
    const real v26 = x5 * x5;
    const real v27 = x6 * x6;
    const real v28 = x4 * x4;
    const real v29 = v26 + v27;
    const real v30 = v29 + v28;
    const real v31 = x8 * x8;
    const real v32 = x4 + x7;
    const real v33 = v32 * v32;
    const real v34 = v27 + v31;
    const real v35 = v34 + v33;
    const real v36 = v30 - v35;
    const real v37 = g4 * v36;
    const real v38 = x1 * x1;
    const real v39 = x3 * x3;
    const real v40 = v38 - v39;
    const real v41 = g3 * v40;
    const real v42 = x8 * g4;
    const real v43 = x8 * v42;
    const real v44 = x5 * g4;
    const real v45 = x5 * v44;
    const real v46 = x7 * g4;
    const real v47 = x4 * g4;
    const real g2 = g_at[2 * g_stride];
    const real v48 = g2 - v46;
    const real v49 = v48 - v47;
    const real v50 = v32 * v49;
    const real v51 = v43 + v25;
    const real v52 = v51 - v45;
    const real v53 = v52 - v50;
    const real v54 = g2 + v47;
    const real v55 = x4 * v54;
    const real v56 = v37 + v41;
    const real v57 = v25 + v55;
    const real v58 = v57 - v53;
    const real v59 = c0 * v58;
    const real v60 = v56 + v59;
    gx_at[4 * gx_stride] = v60;
    const real v61 = x6 * v42;
    const real v62 = x8 * v24;
    const real v63 = x6 * x8;
    const real v64 = x5 * v32;
    const real v65 = v63 + v64;
    const real v66 = g4 * v65;
    const real v67 = v32 * v44;
    const real v68 = x1 * x2;
    const real v69 = g3 * v68;
    const real v70 = g2 + v46;
    const real v71 = v70 + v54;
    const real v72 = x5 * v71;
    const real v73 = v61 + v62;
    const real v74 = v73 + v66;
    const real v75 = v74 + v67;
    const real v76 = v75 + v69;
    const real v77 = v76 + v72;
    const real v78 = x5 * v42;
    const real v79 = x5 * x8;
    const real v80 = x4 - v32;
    const real v81 = x6 * v80;
    const real v82 = v79 + v81;
    const real v83 = g4 * v82;
    const real v84 = v80 * v24;
    const real v85 = x8 * v44;
    const real v86 = x1 * x3;
    const real v87 = g3 * v86;
    const real v88 = v49 + v54;
    const real v89 = x6 * v88;
    const real v90 = v78 + v83;
    const real v91 = v90 + v84;
    const real v92 = v91 + v85;
    const real v93 = v92 + v87;
    const real v94 = v93 + v89;
    const real v95 = x7 * x7;
    const real v96 = v26 + v31;
    const real v97 = v96 + v95;
    const real v98 = v97 - v35;
    const real v99 = g4 * v98;
    const real v100 = x2 * x2;
    const real v101 = v100 - v39;
    const real v102 = g3 * v101;
    const real v103 = x7 * v70;
    const real v104 = v99 + v102;
    const real v105 = v43 + v103;
    const real v106 = v105 - v53;
    const real v107 = c0 * v106;
    const real v108 = v104 + v107;
    gx_at[7 * gx_stride] = v108;
    const real v109 = x5 * x6;
    const real v110 = x7 - v32;
    const real v111 = x8 * v110;
    const real v112 = v109 + v111;
    const real v113 = g4 * v112;
    const real v114 = v110 * v42;
    const real v115 = x5 * v24;
    const real v116 = x6 * v44;
    const real v117 = x2 * x3;
    const real v118 = g3 * v117;
    const real v119 = v49 + v70;
    const real v120 = x8 * v119;
    const real v121 = v113 + v114;
    const real v122 = v121 + v115;
    const real v123 = v122 + v116;
    const real v124 = v123 + v118;
    const real v125 = v124 + v120;
    const real v126 = c0 * v8;
    gx_at[1 * gx_stride] = v126;
    const real v127 = c0 * v16;
    gx_at[2 * gx_stride] = v127;
    const real v128 = c0 * v23;
    gx_at[3 * gx_stride] = v128;
    const real v129 = c0 * v77;
    gx_at[5 * gx_stride] = v129;
    const real v130 = c0 * v94;
    gx_at[6 * gx_stride] = v130;
    const real v131 = c0 * v125;
    gx_at[8 * gx_stride] = v131;
    const real g0 = g_at[0 * g_stride];
    gx_at[0 * gx_stride] = g0;
}

__device__ __forceinline__ void second_order_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, const real* const u_at, const unsigned long long u_stride, real* const hu_at, const unsigned long long hu_stride, real* const ju_at, const unsigned long long ju_stride)
{
    const real c0 = real(2.0);
    const real c1 = real(0.0);
    const real x6 = x_at[6 * x_stride];
    const real g3 = g_at[3 * g_stride];
    const real v0 = x6 * g3;
    const real u3 = u_at[3 * u_stride];
    const real v1 = u3 * v0;
    const real u6 = u_at[6 * u_stride];
    const real v2 = g3 * u6;
    const real x3 = x_at[3 * x_stride];
    const real v3 = x3 * v2;
    const real v4 = v1 + v3;
    const real x5 = x_at[5 * x_stride];
    const real v5 = x5 * g3;
    const real u2 = u_at[2 * u_stride];
    const real v6 = u2 * v5;
    const real u5 = u_at[5 * u_stride];
    const real v7 = g3 * u5;
    const real x2 = x_at[2 * x_stride];
    const real v8 = x2 * v7;
    const real v9 = v6 + v8;
    const real x4 = x_at[4 * x_stride];
    const real v10 = x4 * g3;
    const real g1 = g_at[1 * g_stride];
    const real v11 = g1 + v10;
    const real u1 = u_at[1 * u_stride];
    const real v12 = u1 * v11;
    const real u4 = u_at[4 * u_stride];
    const real v13 = g3 * u4;
    const real x1 = x_at[1 * x_stride];
    const real v14 = x1 * v13;
    const real v15 = v12 + v14;
    const real v16 = v4 + v9;
    const real v17 = v16 + v15;
    const real x8 = x_at[8 * x_stride];
    const real v18 = x8 * g3;
    const real v19 = u3 * v18;
    const real u8 = u_at[8 * u_stride];
    const real v20 = g3 * u8;
    const real v21 = x3 * v20;
    const real v22 = v19 + v21;
    const real v23 = u1 * v5;
    const real v24 = x1 * v7;
    const real v25 = v23 + v24;
    const real x7 = x_at[7 * x_stride];
    const real v26 = x7 * g3;
    const real v27 = g1 + v26;
    const real v28 = u2 * v27;
    const real u7 = u_at[7 * u_stride];
    const real v29 = g3 * u7;
    const real v30 = x2 * v29;
    const real v31 = v28 + v30;
    const real v32 = v22 + v25;
    const real v33 = v32 + v31;
    const real v34 = u2 * v18;
    const real v35 = x2 * v20;
    const real v36 = v34 + v35;
    const real v37 = u1 * v0;
    const real v38 = x1 * v2;
    const real v39 = v37 + v38;
    const real v40 = g1 - v26;
    const real v41 = v40 - v10;
    const real v42 = u3 * v41;
    const real v43 = v13 + v29;
    const real v44 = x3 * v43;
    const real v45 = v42 - v44;
    const real v46 = v36 + v39;
    const real v47 = v46 + v45;
    const real g4 = g_at[4 * g_stride];
    const real v48 = x6 * g4;
    const real v49 = u6 * v48;
    const real v50 = g4 * u6;
    const real v51 = x6 * v50;
    const real v52 = v49 + v51;
    const real v53 = x5 * u5;
    const real v54 = x6 * u6;
    const real v55 = x4 * u4;
    const real v56 = v53 + v54;
    const real v57 = v56 + v55;
    const real v58 = x8 * u8;
    const real v59 = x4 + x7;
    const real v60 = u4 + u7;
    const real v61 = v59 * v60;
    const real v62 = v54 + v58;
    const real v63 = v62 + v61;
    const real v64 = v57 - v63;
    const real v65 = g4 * v64;
    const real v66 = x1 * u1;
    const real v67 = x3 * u3;
    const real v68 = v66 - v67;
    const real v69 = g3 * v68;
    const real v70 = x8 * g4;
    const real v71 = u8 * v70;
    const real v72 = g4 * u8;
    const real v73 = x8 * v72;
    const real v74 = v71 + v73;
    const real v75 = x5 * g4;
    const real v76 = u5 * v75;
    const real v77 = g4 * u5;
    const real v78 = x5 * v77;
    const real v79 = v76 + v78;
    const real v80 = x7 * g4;
    const real v81 = x4 * g4;
    const real g2 = g_at[2 * g_stride];
    const real v82 = g2 - v80;
    const real v83 = v82 - v81;
    const real v84 = v83 * v60;
    const real v85 = g4 * u7;
    const real v86 = g4 * u4;
    const real v87 = v85 + v86;
    const real v88 = v59 * v87;
    const real v89 = v84 - v88;
    const real v90 = v52 + v74;
    const real v91 = v90 - v79;
    const real v92 = v91 - v89;
    const real v93 = g2 + v81;
    const real v94 = u4 * v93;
    const real v95 = x4 * v86;
    const real v96 = v94 + v95;
    const real v97 = v52 + v65;
    const real v98 = v97 + v69;
    const real v99 = v98 + v96;
    const real v100 = v99 - v92;
    const real v101 = u6 * v70;
    const real v102 = x6 * v72;
    const real v103 = v101 + v102;
    const real v104 = u8 * v48;
    const real v105 = x8 * v50;
    const real v106 = v104 + v105;
    const real v107 = x8 * u6;
    const real v108 = x6 * u8;
    const real v109 = v107 + v108;
    const real v110 = u5 * v59;
    const real v111 = x5 * v60;
    const real v112 = v110 + v111;
    const real v113 = v109 + v112;
    const real v114 = g4 * v113;
    const real v115 = v75 * v60;
    const real v116 = v59 * v77;
    const real v117 = v115 + v116;
    const real v118 = x2 * u1;
    const real v119 = x1 * u2;
    const real v120 = v118 + v119;
    const real v121 = g3 * v120;
    const real v122 = g2 + v80;
    const real v123 = v122 + v93;
    const real v124 = u5 * v123;
    const real v125 = x5 * v87;
    const real v126 = v124 + v125;
    const real v127 = v103 + v106;
    const real v128 = v127 + v114;
    const real v129 = v128 + v117;
    const real v130 = v129 + v121;
    const real v131 = v130 + v126;
    const real v132 = u5 * v70;
    const real v133 = x5 * v72;
    const real v134 = v132 + v133;
    const real v135 = x8 * u5;
    const real v136 = x5 * u8;
    const real v137 = v135 + v136;
    const real v138 = x4 - v59;
    const real v139 = u6 * v138;
    const real v140 = u4 - v60;
    const real v141 = x6 * v140;
    const real v142 = v139 + v141;
    const real v143 = v137 + v142;
    const real v144 = g4 * v143;
    const real v145 = v48 * v140;
    const real v146 = v138 * v50;
    const real v147 = v145 + v146;
    const real v148 = u8 * v75;
    const real v149 = x8 * v77;
    const real v150 = v148 + v149;
    const real v151 = x3 * u1;
    const real v152 = x1 * u3;
    const real v153 = v151 + v152;
    const real v154 = g3 * v153;
    const real v155 = v83 + v93;
    const real v156 = u6 * v155;
    const real v157 = v86 - v87;
    const real v158 = x6 * v157;
    const real v159 = v156 + v158;
    const real v160 = v134 + v144;
    const real v161 = v160 + v147;
    const real v162 = v161 + v150;
    const real v163 = v162 + v154;
    const real v164 = v163 + v159;
    const real v165 = x7 * u7;
    const real v166 = v53 + v58;
    const real v167 = v166 + v165;
    const real v168 = v63 - v167;
    const real v169 = g4 * v168;
    const real v170 = x2 * u2;
    const real v171 = v67 - v170;
    const real v172 = g3 * v171;
    const real v173 = u7 * v122;
    const real v174 = x7 * v85;
    const real v175 = v173 + v174;
    const real v176 = v74 + v175;
    const real v177 = v176 - v92;
    const real v178 = v177 - v169;
    const real v179 = v178 - v172;
    const real v180 = x6 * u5;
    const real v181 = x5 * u6;
    const real v182 = v180 + v181;
    const real v183 = x7 - v59;
    const real v184 = u8 * v183;
    const real v185 = u7 - v60;
    const real v186 = x8 * v185;
    const real v187 = v184 + v186;
    const real v188 = v182 + v187;
    const real v189 = g4 * v188;
    const real v190 = v70 * v185;
    const real v191 = v183 * v72;
    const real v192 = v190 + v191;
    const real v193 = u5 * v48;
    const real v194 = x5 * v50;
    const real v195 = v193 + v194;
    const real v196 = u6 * v75;
    const real v197 = x6 * v77;
    const real v198 = v196 + v197;
    const real v199 = x3 * u2;
    const real v200 = x2 * u3;
    const real v201 = v199 + v200;
    const real v202 = g3 * v201;
    const real v203 = v83 + v122;
    const real v204 = u8 * v203;
    const real v205 = v85 - v87;
    const real v206 = x8 * v205;
    const real v207 = v204 + v206;
    const real v208 = v189 + v192;
    const real v209 = v208 + v195;
    const real v210 = v209 + v198;
    const real v211 = v210 + v202;
    const real v212 = v211 + v207;
    const real v213 = v66 + v67;
    const real v214 = v213 + v170;
    const real v215 = v57 + v63;
    const real v216 = v215 + v167;
    const real v217 = x1 * x1;
    const real v218 = x3 * x3;
    const real v219 = v217 - v218;
    const real v220 = u4 * v219;
    const real v221 = x4 * v68;
    const real v222 = c0 * v221;
    const real v223 = v220 + v222;
    const real v224 = x2 * x2;
    const real v225 = v224 - v218;
    const real v226 = u7 * v225;
    const real v227 = x7 * v171;
    const real v228 = c0 * v227;
    const real v229 = v226 - v228;
    const real v230 = x1 * x2;
    const real v231 = u5 * v230;
    const real v232 = x5 * v120;
    const real v233 = v231 + v232;
    const real v234 = x1 * x3;
    const real v235 = u6 * v234;
    const real v236 = x6 * v153;
    const real v237 = v235 + v236;
    const real v238 = x2 * x3;
    const real v239 = u8 * v238;
    const real v240 = x8 * v201;
    const real v241 = v239 + v240;
    const real v242 = v233 + v237;
    const real v243 = v242 + v241;
    const real v244 = v223 + v229;
    const real v245 = c0 * v243;
    const real v246 = v244 + v245;
    ju_at[3 * ju_stride] = v246;
    const real v247 = x5 * x5;
    const real v248 = x6 * x6;
    const real v249 = x4 * x4;
    const real v250 = v247 + v248;
    const real v251 = v250 + v249;
    const real v252 = x8 * x8;
    const real v253 = v59 * v59;
    const real v254 = v248 + v252;
    const real v255 = v254 + v253;
    const real v256 = v251 - v255;
    const real v257 = u4 * v256;
    const real v258 = x4 * v64;
    const real v259 = c0 * v258;
    const real v260 = v257 + v259;
    const real v261 = x7 * x7;
    const real v262 = v247 + v252;
    const real v263 = v262 + v261;
    const real v264 = v263 - v255;
    const real v265 = u7 * v264;
    const real v266 = x7 * v168;
    const real v267 = c0 * v266;
    const real v268 = v265 - v267;
    const real v269 = x6 * x8;
    const real v270 = x5 * v59;
    const real v271 = v269 + v270;
    const real v272 = u5 * v271;
    const real v273 = x5 * v113;
    const real v274 = v272 + v273;
    const real v275 = x5 * x8;
    const real v276 = x6 * v138;
    const real v277 = v275 + v276;
    const real v278 = u6 * v277;
    const real v279 = x6 * v143;
    const real v280 = v278 + v279;
    const real v281 = x5 * x6;
    const real v282 = x8 * v183;
    const real v283 = v281 + v282;
    const real v284 = u8 * v283;
    const real v285 = x8 * v188;
    const real v286 = v284 + v285;
    const real v287 = v274 + v280;
    const real v288 = v287 + v286;
    const real v289 = v260 + v268;
    const real v290 = c0 * v288;
    const real v291 = v289 + v290;
    ju_at[4 * ju_stride] = v291;
    const real v292 = c0 * v17;
    hu_at[1 * hu_stride] = v292;
    const real v293 = c0 * v33;
    hu_at[2 * hu_stride] = v293;
    const real v294 = c0 * v47;
    hu_at[3 * hu_stride] = v294;
    const real v295 = c0 * v100;
    hu_at[4 * hu_stride] = v295;
    const real v296 = c0 * v131;
    hu_at[5 * hu_stride] = v296;
    const real v297 = c0 * v164;
    hu_at[6 * hu_stride] = v297;
    const real v298 = c0 * v179;
    hu_at[7 * hu_stride] = v298;
    const real v299 = c0 * v212;
    hu_at[8 * hu_stride] = v299;
    const real v300 = c0 * v214;
    ju_at[1 * ju_stride] = v300;
    const real v301 = c0 * v216;
    ju_at[2 * ju_stride] = v301;
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
