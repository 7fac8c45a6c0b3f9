// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for harmonics-l2. Do not edit: emit again.
// value: 14 operations (4 additions, 10 multiplications), kernel 49f927164e5c79e8
// vjp: 32 operations (12 additions, 20 multiplications), kernel e1470f6cb689d75d
// second_order: 49 operations (16 additions, 33 multiplications), kernel a34e0931c3560798
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
// launch: {"value": {"parts": ["value_0"], "threads": 128, "row_threads": 128, "inputs": [3], "outputs": [9]}, "vjp": {"parts": ["vjp_0"], "threads": 128, "row_threads": 128, "inputs": [3, 9], "outputs": [3]}, "second_order": {"parts": ["second_order_0"], "threads": 128, "row_threads": 128, "inputs": [3, 9, 3], "outputs": [3, 9]}}

#ifndef REAL
#define REAL float
#endif

typedef REAL real;

__device__ __forceinline__ void value_0_statements(const real* const r_at, const unsigned long long r_stride, real* const t_at, const unsigned long long t_stride)
{
    const real c0 = real(3.0);
    const real c1 = real(1.0);
    const real c2 = real(0.3333333333333333);
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
    const real v12 = c2 * v6;
    t_at[4 * t_stride] = v12;
    const real v13 = c2 * v10;
    t_at[7 * t_stride] = v13;
    t_at[0 * t_stride] = c1;
    t_at[1 * t_stride] = r0;
    t_at[2 * t_stride] = r1;
    t_at[3 * t_stride] = r2;
}

__device__ __forceinline__ void vjp_0_statements(const real* const r_at, const unsigned long long r_stride, const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real c0 = real(2.0);
    const real c1 = real(3.0);
    const real c2 = real(0.3333333333333333);
    const real r2 = r_at[2 * r_stride];
    const real g6 = g_at[6 * g_stride];
    const real v0 = r2 * g6;
    const real r1 = r_at[1 * r_stride];
    const real g5 = g_at[5 * g_stride];
    const real v1 = r1 * g5;
    const real g4 = g_at[4 * g_stride];
    const real v2 = c0 * g4;
    const real g7 = g_at[7 * g_stride];
    const real v3 = v2 - g7;
    const real r0 = r_at[0 * r_stride];
    const real v4 = r0 * v3;
    const real v5 = c0 * v4;
    const real g1 = g_at[1 * g_stride];
    const real v6 = g1 + v0;
    const real v7 = v6 + v1;
    const real v8 = c1 * v7;
    const real v9 = v5 + v8;
    const real g8 = g_at[8 * g_stride];
    const real v10 = r2 * g8;
    const real v11 = r0 * g5;
    const real v12 = c0 * g7;
    const real v13 = g4 - v12;
    const real v14 = r1 * v13;
    const real v15 = c0 * v14;
    const real g2 = g_at[2 * g_stride];
    const real v16 = g2 + v10;
    const real v17 = v16 + v11;
    const real v18 = c1 * v17;
    const real v19 = v18 - v15;
    const real v20 = r1 * g8;
    const real v21 = r0 * g6;
    const real v22 = g4 + g7;
    const real v23 = r2 * v22;
    const real v24 = c0 * v23;
    const real g3 = g_at[3 * g_stride];
    const real v25 = g3 + v20;
    const real v26 = v25 + v21;
    const real v27 = c1 * v26;
    const real v28 = v27 - v24;
    const real v29 = c2 * v9;
    gx_at[0 * gx_stride] = v29;
    const real v30 = c2 * v19;
    gx_at[1 * gx_stride] = v30;
    const real v31 = c2 * v28;
    gx_at[2 * gx_stride] = v31;
}

__device__ __forceinline__ void second_order_0_statements(const real* const r_at, const unsigned long long r_stride, const real* const g_at, const unsigned long long g_stride, const real* const u_at, const unsigned long long u_stride, real* const hu_at, const unsigned long long hu_stride, real* const ju_at, const unsigned long long ju_stride)
{
    const real c0 = real(2.0);
    const real c1 = real(3.0);
    const real c2 = real(0.3333333333333333);
    const real c3 = real(0.0);
    const real c4 = real(0.6666666666666666);
    const real g6 = g_at[6 * g_stride];
    const real u2 = u_at[2 * u_stride];
    const real v0 = g6 * u2;
    const real g5 = g_at[5 * g_stride];
    const real u1 = u_at[1 * u_stride];
    const real v1 = g5 * u1;
    const real g4 = g_at[4 * g_stride];
    const real v2 = c0 * g4;
    const real g7 = g_at[7 * g_stride];
    const real v3 = v2 - g7;
    const real u0 = u_at[0 * u_stride];
    const real v4 = u0 * v3;
    const real v5 = c0 * v4;
    const real v6 = v0 + v1;
    const real v7 = c1 * v6;
    const real v8 = v5 + v7;
    const real g8 = g_at[8 * g_stride];
    const real v9 = g8 * u2;
    const real v10 = g5 * u0;
    const real v11 = c0 * g7;
    const real v12 = g4 - v11;
    const real v13 = u1 * v12;
    const real v14 = c0 * v13;
    const real v15 = v9 + v10;
    const real v16 = c1 * v15;
    const real v17 = v16 - v14;
    const real v18 = g8 * u1;
    const real v19 = g6 * u0;
    const real v20 = g4 + g7;
    const real v21 = u2 * v20;
    const real v22 = c0 * v21;
    const real v23 = v18 + v19;
    const real v24 = c1 * v23;
    const real v25 = v24 - v22;
    const real r0 = r_at[0 * r_stride];
    const real v26 = r0 * u0;
    const real r1 = r_at[1 * r_stride];
    const real v27 = r1 * u1;
    const real r2 = r_at[2 * r_stride];
    const real v28 = r2 * u2;
    const real v29 = v26 + v27;
    const real v30 = v29 + v28;
    const real v31 = c1 * v26;
    const real v32 = v31 - v30;
    const real v33 = r1 * u0;
    const real v34 = r0 * u1;
    const real v35 = v33 + v34;
    ju_at[5 * ju_stride] = v35;
    const real v36 = r2 * u0;
    const real v37 = r0 * u2;
    const real v38 = v36 + v37;
    ju_at[6 * ju_stride] = v38;
    const real v39 = c1 * v27;
    const real v40 = v39 - v30;
    const real v41 = r2 * u1;
    const real v42 = r1 * u2;
    const real v43 = v41 + v42;
    ju_at[8 * ju_stride] = v43;
    const real v44 = c2 * v8;
    hu_at[0 * hu_stride] = v44;
    const real v45 = c2 * v17;
    hu_at[1 * hu_stride] = v45;
    const real v46 = c2 * v25;
    hu_at[2 * hu_stride] = v46;
    const real v47 = c4 * v32;
    ju_at[4 * ju_stride] = v47;
    const real v48 = c4 * v40;
    ju_at[7 * ju_stride] = v48;
    ju_at[0 * ju_stride] = c3;
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
    __shared__ real t_tile[1152];
    fetch<3, 3, 128>(r_tile, r + first * 3, count);
    __syncthreads();
    const real* const r_at = r_tile + threadIdx.x * 3;
    real* const t_at = t_tile + threadIdx.x * 9;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const r_at = r + (here.atom * 3 * features + here.feature);
    real* const t_at = t + (here.atom * 9 * features + here.feature);
#endif
    if (active)
        value_0_statements(r_at, stride, t_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<9, 9, 0, 9, 128>(t + first * 9, t_tile, count);
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
    __shared__ real g_tile[1152];
    __shared__ real gx_tile[384];
    fetch<3, 3, 128>(r_tile, r + first * 3, count);
    fetch<9, 9, 128>(g_tile, g + first * 9, count);
    __syncthreads();
    const real* const r_at = r_tile + threadIdx.x * 3;
    const real* const g_at = g_tile + threadIdx.x * 9;
    real* const gx_at = gx_tile + threadIdx.x * 3;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const r_at = r + (here.atom * 3 * features + here.feature);
    const real* const g_at = g + (here.atom * 9 * features + here.feature);
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
    __shared__ real g_tile[1152];
    __shared__ real u_tile[384];
    __shared__ real hu_tile[384];
    __shared__ real ju_tile[1152];
    fetch<3, 3, 128>(r_tile, r + first * 3, count);
    fetch<9, 9, 128>(g_tile, g + first * 9, count);
    fetch<3, 3, 128>(u_tile, u + first * 3, count);
    __syncthreads();
    const real* const r_at = r_tile + threadIdx.x * 3;
    const real* const g_at = g_tile + threadIdx.x * 9;
    const real* const u_at = u_tile + threadIdx.x * 3;
    real* const hu_at = hu_tile + threadIdx.x * 3;
    real* const ju_at = ju_tile + threadIdx.x * 9;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const r_at = r + (here.atom * 3 * features + here.feature);
    const real* const g_at = g + (here.atom * 9 * features + here.feature);
    const real* const u_at = u + (here.atom * 3 * features + here.feature);
    real* const hu_at = hu + (here.atom * 3 * features + here.feature);
    real* const ju_at = ju + (here.atom * 9 * features + here.feature);
#endif
    if (active)
        second_order_0_statements(r_at, stride, g_at, stride, u_at, stride, hu_at, stride, ju_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<3, 3, 0, 3, 128>(hu + first * 3, hu_tile, count);
    deliver<9, 9, 0, 9, 128>(ju + first * 9, ju_tile, count);
#endif
}
#endif

#endif
