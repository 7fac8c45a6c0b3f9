// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for cartesian-l2-n3-flexible. Do not edit: emit again.
// value: 45 operations (18 additions, 27 multiplications), kernel 660f36610a947cbf
// vjp: 105 operations (37 additions, 68 multiplications), kernel 359084d6e5e08ee6
// second_order: 244 operations (94 additions, 150 multiplications), kernel da5be7e3ed0f3f71
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
    const real c1 = real(-3.0);
    const real x3 = x_at[3 * x_stride];
    const real v0 = x3 * x3;
    const real x1 = x_at[1 * x_stride];
    const real v1 = x1 * x1;
    const real x2 = x_at[2 * x_stride];
    const real v2 = x2 * x2;
    const real v3 = v1 + v2;
    const real v4 = v0 + v3;
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
    const real v17 = v1 - v0;
    const real v18 = x4 * v17;
    const real v19 = x1 * x2;
    const real v20 = x5 * v19;
    const real v21 = x1 * x3;
    const real v22 = x6 * v21;
    const real v23 = v2 - v0;
    const real v24 = x7 * v23;
    const real v25 = x2 * x3;
    const real v26 = x8 * v25;
    const real v27 = v18 + v24;
    const real v28 = v20 + v22;
    const real v29 = v28 + v26;
    const real v30 = c0 * v29;
    const real v31 = v27 + v30;
    y_at[3 * y_stride] = v31;
    const real v32 = x4 * v8;
    const real v33 = x5 * v6;
    const real v34 = x6 * x8;
    const real v35 = v33 + v34;
    const real v36 = x5 * v35;
    const real v37 = x6 * x7;
    const real v38 = x5 * x8;
    const real v39 = v37 - v38;
    const real v40 = x6 * v39;
    const real v41 = v32 + v40;
    const real v42 = v41 - v36;
    const real v43 = c0 * v16;
    y_at[2 * y_stride] = v43;
    const real v44 = c1 * v42;
    y_at[4 * y_stride] = v44;
    const real x0 = x_at[0 * x_stride];
    y_at[0 * y_stride] = x0;
}

__device__ __forceinline__ void vjp_0_statements(const real* const x_at, const unsigned long long x_stride, const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real c0 = real(3.0);
    const real c1 = real(2.0);
    const real c2 = real(4.0);
    const real c3 = real(-1.0);
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
    const real v19 = g1 - v4;
    const real v20 = v19 - v12;
    const real v21 = x3 * v20;
    const real v22 = v17 + v18;
    const real v23 = v22 + v21;
    const real v24 = x8 * x8;
    const real v25 = x4 + x7;
    const real v26 = x7 * v25;
    const real v27 = v24 + v26;
    const real g4 = g_at[4 * g_stride];
    const real v28 = c0 * g4;
    const real v29 = v28 * v27;
    const real v30 = x3 * x3;
    const real v31 = x1 * x1;
    const real v32 = v30 - v31;
    const real v33 = g3 * v32;
    const real g2 = g_at[2 * g_stride];
    const real v34 = x4 * g2;
    const real v35 = x5 * g4;
    const real v36 = x5 * v35;
    const real v37 = v28 * x4;
    const real v38 = c1 * g2;
    const real v39 = v38 - v37;
    const real v40 = x7 * v39;
    const real v41 = c1 * v34;
    const real v42 = c0 * v36;
    const real v43 = v40 + v41;
    const real v44 = v43 + v42;
    const real v45 = v29 + v33;
    const real v46 = v45 - v44;
    const real v47 = v46 - v41;
    const real v48 = x6 * g4;
    const real v49 = x8 * v48;
    const real v50 = x5 * v25;
    const real v51 = x6 * x8;
    const real v52 = v50 + v51;
    const real v53 = g4 * v52;
    const real v54 = v25 * v35;
    const real v55 = x1 * x2;
    const real v56 = c1 * g3;
    const real v57 = v56 * v55;
    const real v58 = c2 * g2;
    const real v59 = v58 * x5;
    const real v60 = v57 + v59;
    const real v61 = v49 + v53;
    const real v62 = v61 + v54;
    const real v63 = c0 * v62;
    const real v64 = v60 + v63;
    gx_at[5 * gx_stride] = v64;
    const real v65 = x6 * x7;
    const real v66 = x5 * x8;
    const real v67 = v65 - v66;
    const real v68 = g4 * v67;
    const real v69 = x7 * v48;
    const real v70 = x8 * v35;
    const real v71 = x1 * x3;
    const real v72 = v56 * v71;
    const real v73 = v58 * x6;
    const real v74 = v72 + v73;
    const real v75 = v68 + v69;
    const real v76 = v75 - v70;
    const real v77 = c0 * v76;
    const real v78 = v77 - v74;
    const real v79 = x6 * v48;
    const real v80 = x2 * x2;
    const real v81 = v30 - v80;
    const real v82 = g3 * v81;
    const real v83 = v25 * v39;
    const real v84 = v82 - v44;
    const real v85 = v84 - v83;
    const real v86 = c0 * v79;
    const real v87 = v85 + v41;
    const real v88 = v87 + v86;
    const real v89 = x5 * v48;
    const real v90 = x6 * v35;
    const real v91 = x2 * x3;
    const real v92 = g3 * v91;
    const real v93 = x8 * v39;
    const real v94 = v92 + v93;
    const real v95 = c1 * v94;
    const real v96 = v89 + v90;
    const real v97 = c0 * v96;
    const real v98 = v95 + v97;
    gx_at[8 * gx_stride] = v98;
    const real v99 = c1 * v8;
    gx_at[1 * gx_stride] = v99;
    const real v100 = c1 * v16;
    gx_at[2 * gx_stride] = v100;
    const real v101 = c1 * v23;
    gx_at[3 * gx_stride] = v101;
    const real v102 = c3 * v47;
    gx_at[4 * gx_stride] = v102;
    const real v103 = c3 * v78;
    gx_at[6 * gx_stride] = v103;
    const real v104 = c3 * v88;
    gx_at[7 * gx_stride] = v104;
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
    const real v40 = g1 - v10;
    const real v41 = v40 - v26;
    const real v42 = u3 * v41;
    const real v43 = v13 + v29;
    const real v44 = x3 * v43;
    const real v45 = v42 - v44;
    const real v46 = v36 + v39;
    const real v47 = v46 + v45;
    const real v48 = x8 * u8;
    const real v49 = x4 + x7;
    const real v50 = u7 * v49;
    const real v51 = u4 + u7;
    const real v52 = x7 * v51;
    const real v53 = v50 + v52;
    const real v54 = c0 * v48;
    const real v55 = v53 + v54;
    const real g4 = g_at[4 * g_stride];
    const real v56 = c1 * g4;
    const real v57 = v56 * v55;
    const real v58 = x3 * u3;
    const real v59 = x1 * u1;
    const real v60 = v58 - v59;
    const real v61 = g3 * v60;
    const real g2 = g_at[2 * g_stride];
    const real v62 = g2 * u4;
    const real v63 = x5 * g4;
    const real v64 = u5 * v63;
    const real v65 = g4 * u5;
    const real v66 = x5 * v65;
    const real v67 = v64 + v66;
    const real v68 = v56 * x4;
    const real v69 = c0 * g2;
    const real v70 = v69 - v68;
    const real v71 = u7 * v70;
    const real v72 = g4 * u4;
    const real v73 = c1 * v72;
    const real v74 = v73 * x7;
    const real v75 = v71 - v74;
    const real v76 = c0 * v62;
    const real v77 = c1 * v67;
    const real v78 = v75 + v76;
    const real v79 = v78 + v77;
    const real v80 = v57 - v79;
    const real v81 = v61 - v62;
    const real v82 = c0 * v81;
    const real v83 = v80 + v82;
    const real v84 = x6 * g4;
    const real v85 = u8 * v84;
    const real v86 = g4 * u6;
    const real v87 = x8 * v86;
    const real v88 = v85 + v87;
    const real v89 = u5 * v49;
    const real v90 = x5 * v51;
    const real v91 = v89 + v90;
    const real v92 = x8 * u6;
    const real v93 = x6 * u8;
    const real v94 = v92 + v93;
    const real v95 = v91 + v94;
    const real v96 = g4 * v95;
    const real v97 = v51 * v63;
    const real v98 = v49 * v65;
    const real v99 = v97 + v98;
    const real v100 = x2 * u1;
    const real v101 = x1 * u2;
    const real v102 = v100 + v101;
    const real v103 = c0 * g3;
    const real v104 = v103 * v102;
    const real v105 = c2 * g2;
    const real v106 = v105 * u5;
    const real v107 = v104 + v106;
    const real v108 = v88 + v96;
    const real v109 = v108 + v99;
    const real v110 = c1 * v109;
    const real v111 = v107 + v110;
    hu_at[5 * hu_stride] = v111;
    const real v112 = x7 * u6;
    const real v113 = x6 * u7;
    const real v114 = v112 + v113;
    const real v115 = x8 * u5;
    const real v116 = x5 * u8;
    const real v117 = v115 + v116;
    const real v118 = v114 - v117;
    const real v119 = g4 * v118;
    const real v120 = u7 * v84;
    const real v121 = x7 * v86;
    const real v122 = v120 + v121;
    const real v123 = u8 * v63;
    const real v124 = x8 * v65;
    const real v125 = v123 + v124;
    const real v126 = x3 * u1;
    const real v127 = x1 * u3;
    const real v128 = v126 + v127;
    const real v129 = v103 * v128;
    const real v130 = v105 * u6;
    const real v131 = v129 + v130;
    const real v132 = v119 + v122;
    const real v133 = v132 - v125;
    const real v134 = c1 * v133;
    const real v135 = v134 - v131;
    const real v136 = u6 * v84;
    const real v137 = x6 * v86;
    const real v138 = v136 + v137;
    const real v139 = x2 * u2;
    const real v140 = v58 - v139;
    const real v141 = g3 * v140;
    const real v142 = v51 * v70;
    const real v143 = v73 * v49;
    const real v144 = v142 - v143;
    const real v145 = v79 + v144;
    const real v146 = v62 + v141;
    const real v147 = c0 * v146;
    const real v148 = c1 * v138;
    const real v149 = v147 + v148;
    const real v150 = v149 - v145;
    const real v151 = u5 * v84;
    const real v152 = x5 * v86;
    const real v153 = v151 + v152;
    const real v154 = u6 * v63;
    const real v155 = x6 * v65;
    const real v156 = v154 + v155;
    const real v157 = x3 * u2;
    const real v158 = x2 * u3;
    const real v159 = v157 + v158;
    const real v160 = g3 * v159;
    const real v161 = u8 * v70;
    const real v162 = v73 * x8;
    const real v163 = v161 - v162;
    const real v164 = v160 + v163;
    const real v165 = c0 * v164;
    const real v166 = v153 + v156;
    const real v167 = c1 * v166;
    const real v168 = v165 + v167;
    hu_at[8 * hu_stride] = v168;
    const real v169 = v58 + v59;
    const real v170 = v169 + v139;
    const real v171 = x6 * u6;
    const real v172 = u4 * v49;
    const real v173 = x4 * v51;
    const real v174 = v172 + v173;
    const real v175 = x5 * u5;
    const real v176 = x7 * u4;
    const real v177 = x4 * u7;
    const real v178 = v176 + v177;
    const real v179 = v55 + v174;
    const real v180 = v179 - v178;
    const real v181 = v171 + v175;
    const real v182 = c0 * v181;
    const real v183 = v180 + v182;
    const real v184 = x3 * x3;
    const real v185 = x1 * x1;
    const real v186 = v184 - v185;
    const real v187 = u4 * v186;
    const real v188 = x4 * v60;
    const real v189 = c0 * v188;
    const real v190 = v187 + v189;
    const real v191 = x2 * x2;
    const real v192 = v184 - v191;
    const real v193 = u7 * v192;
    const real v194 = x7 * v140;
    const real v195 = c0 * v194;
    const real v196 = v193 + v195;
    const real v197 = x1 * x2;
    const real v198 = u5 * v197;
    const real v199 = x5 * v102;
    const real v200 = v198 + v199;
    const real v201 = x1 * x3;
    const real v202 = u6 * v201;
    const real v203 = x6 * v128;
    const real v204 = v202 + v203;
    const real v205 = x2 * x3;
    const real v206 = u8 * v205;
    const real v207 = x8 * v159;
    const real v208 = v206 + v207;
    const real v209 = v200 + v204;
    const real v210 = v209 + v208;
    const real v211 = v190 + v196;
    const real v212 = c0 * v210;
    const real v213 = v211 - v212;
    const real v214 = x8 * x8;
    const real v215 = x7 * v49;
    const real v216 = v214 + v215;
    const real v217 = u4 * v216;
    const real v218 = x4 * v55;
    const real v219 = v217 + v218;
    const real v220 = x5 * v49;
    const real v221 = x6 * x8;
    const real v222 = v220 + v221;
    const real v223 = u5 * v222;
    const real v224 = x5 * v95;
    const real v225 = v223 + v224;
    const real v226 = x6 * x7;
    const real v227 = x5 * x8;
    const real v228 = v226 - v227;
    const real v229 = u6 * v228;
    const real v230 = x6 * v118;
    const real v231 = v229 + v230;
    const real v232 = v219 + v231;
    const real v233 = v232 - v225;
    const real v234 = c0 * v17;
    hu_at[1 * hu_stride] = v234;
    const real v235 = c0 * v33;
    hu_at[2 * hu_stride] = v235;
    const real v236 = c0 * v47;
    hu_at[3 * hu_stride] = v236;
    const real v237 = c4 * v83;
    hu_at[4 * hu_stride] = v237;
    const real v238 = c4 * v135;
    hu_at[6 * hu_stride] = v238;
    const real v239 = c4 * v150;
    hu_at[7 * hu_stride] = v239;
    const real v240 = c0 * v170;
    ju_at[1 * ju_stride] = v240;
    const real v241 = c0 * v183;
    ju_at[2 * ju_stride] = v241;
    const real v242 = c4 * v213;
    ju_at[3 * ju_stride] = v242;
    const real v243 = c5 * v233;
    ju_at[4 * ju_stride] = v243;
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
