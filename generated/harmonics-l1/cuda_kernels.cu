// Emitted by invgen 0.1.0 from templates/cuda/kernels.cu.jinja for harmonics-l1. Do not edit: emit again.
// value: 0 operations (0 additions, 0 multiplications), kernel 08735e5fc05a0fdf
// vjp: 0 operations (0 additions, 0 multiplications), kernel 38bd90f90fbd044f
// second_order: 0 operations (0 additions, 0 multiplications), kernel 17abca8fe59318de
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
// launch: {"value": {"parts": ["value_0"], "threads": 128, "row_threads": 128, "inputs": [3], "outputs": [4]}, "vjp": {"parts": ["vjp_0"], "threads": 128, "row_threads": 128, "inputs": [3, 4], "outputs": [3]}, "second_order": {"parts": ["second_order_0"], "threads": 128, "row_threads": 128, "inputs": [3, 4, 3], "outputs": [3, 4]}}

#ifndef REAL
#define REAL float
#endif

typedef REAL real;

__device__ __forceinline__ void value_0_statements(const real* const r_at, const unsigned long long r_stride, real* const t_at, const unsigned long long t_stride)
{
    const real c0 = real(1.0);
    t_at[0 * t_stride] = c0;
    const real r0 = r_at[0 * r_stride];
    t_at[1 * t_stride] = r0;
    const real r1 = r_at[1 * r_stride];
    t_at[2 * t_stride] = r1;
    const real r2 = r_at[2 * r_stride];
    t_at[3 * t_stride] = r2;
}

__device__ __forceinline__ void vjp_0_statements(const real* const g_at, const unsigned long long g_stride, real* const gx_at, const unsigned long long gx_stride)
{
    const real g1 = g_at[1 * g_stride];
    gx_at[0 * gx_stride] = g1;
    const real g2 = g_at[2 * g_stride];
    gx_at[1 * gx_stride] = g2;
    const real g3 = g_at[3 * g_stride];
    gx_at[2 * gx_stride] = g3;
}

__device__ __forceinline__ void second_order_0_statements(const real* const u_at, const unsigned long long u_stride, real* const hu_at, const unsigned long long hu_stride, real* const ju_at, const unsigned long long ju_stride)
{
    const real c0 = real(0.0);
    hu_at[0 * hu_stride] = c0;
    hu_at[1 * hu_stride] = c0;
    hu_at[2 * hu_stride] = c0;
    ju_at[0 * ju_stride] = c0;
    const real u0 = u_at[0 * u_stride];
    ju_at[1 * ju_stride] = u0;
    const real u1 = u_at[1 * u_stride];
    ju_at[2 * ju_stride] = u1;
    const real u2 = u_at[2 * u_stride];
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
    __shared__ real t_tile[640];
    fetch<3, 3, 128>(r_tile, r + first * 3, count);
    __syncthreads();
    const real* const r_at = r_tile + threadIdx.x * 3;
    real* const t_at = t_tile + threadIdx.x * 5;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const r_at = r + (here.atom * 3 * features + here.feature);
    real* const t_at = t + (here.atom * 4 * features + here.feature);
#endif
    if (active)
        value_0_statements(r_at, stride, t_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<4, 5, 0, 4, 128>(t + first * 4, t_tile, count);
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
    __shared__ real g_tile[640];
    __shared__ real gx_tile[384];
    fetch<4, 5, 128>(g_tile, g + first * 4, count);
    __syncthreads();
    const real* const g_at = g_tile + threadIdx.x * 5;
    real* const gx_at = gx_tile + threadIdx.x * 3;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const g_at = g + (here.atom * 4 * features + here.feature);
    real* const gx_at = gx + (here.atom * 3 * features + here.feature);
#endif
    if (active)
        vjp_0_statements(g_at, stride, gx_at, stride);
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
    __shared__ real u_tile[384];
    __shared__ real hu_tile[384];
    __shared__ real ju_tile[640];
    fetch<3, 3, 128>(u_tile, u + first * 3, count);
    __syncthreads();
    const real* const u_at = u_tile + threadIdx.x * 3;
    real* const hu_at = hu_tile + threadIdx.x * 3;
    real* const ju_at = ju_tile + threadIdx.x * 5;
#else
    const unsigned long long stride = features;
    const long long item = (long long)blockIdx.x * 128 + threadIdx.x;
    const bool active = item < items;
    const Place here = place(item, items, features);
    const real* const u_at = u + (here.atom * 3 * features + here.feature);
    real* const hu_at = hu + (here.atom * 3 * features + here.feature);
    real* const ju_at = ju + (here.atom * 4 * features + here.feature);
#endif
    if (active)
        second_order_0_statements(u_at, stride, hu_at, stride, ju_at, stride);
#ifdef COMPONENTS_LAST
    __syncthreads();
    deliver<3, 3, 0, 3, 128>(hu + first * 3, hu_tile, count);
    deliver<4, 5, 0, 4, 128>(ju + first * 4, ju_tile, count);
#endif
}
#endif

#endif
