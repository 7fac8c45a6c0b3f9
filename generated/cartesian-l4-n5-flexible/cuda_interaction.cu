// Emitted by invgen 0.1.0 from templates/cuda/interaction.cu.jinja for cartesian-l4-n5-flexible. Do not edit: emit again.
// value: 1003 operations (474 additions, 529 multiplications), kernel 841f54da89504538
// vjp: 2566 operations (1172 additions, 1394 multiplications), kernel 32464bcb49083478
// second_order: 6222 operations (2893 additions, 3329 multiplications), kernel bc703976b40e200c
//
// The interaction layer of HIP-HOP-NN on NVIDIA GPUs, after the statements of cuda_kernels.cu. With messages m
// (atoms, sensitivities, features), sensitivities s (pairs, sensitivities), harmonics t (pairs, 25) and pairs p from
// a centre i(p) to a neighbour j(p),
//
//     a_pf = sum_n s_pn m_j(p)nf,    x_icf = sum of t_pc a_pf over p with i(p)=i,    y_ikf = I_k(x_i.f)
//
// x stays in registers and in columns of shared memory that one thread alone uses; derivatives compute it again. A block
// is a centre, or a neighbour, with the pairs that `start` and `order` group under it; a thread is a feature. Whatever is
// written is written by one block, and by one thread of it: nothing is added up across blocks, sums over features
// have a fixed order, and results are equal in every bit between runs.
//
//     -DREAL=float|double        the precision
//     -DSENSITIVITIES=n          their number
//     -DTHREADS=n                threads of a block, a multiple of 32
//     -DORDER=0|1|2              the value, its vector-Jacobian product, or the derivative of that
//
// launch: {"components": 25, "size": 25, "pairs": 8}

#define COMPONENTS 25
#define SIZE 25
#define PAIRS 8
#define WARPS (THREADS / 32)
#define PITCH(width) (((width) + 3) / 4 * 4)

typedef long long index64;

// Some pairs of a block: their rows of s and t, with u of their derivatives us and ut, and the atoms at the other ends.
template <bool SECOND> struct __align__(16) Tile {
    real s[PAIRS][PITCH(SENSITIVITIES)];
    real t[PAIRS][PITCH(COMPONENTS)];
    real us[SECOND ? PAIRS : 1][PITCH(SENSITIVITIES)];
    real ut[SECOND ? PAIRS : 1][PITCH(COMPONENTS)];
    index64 pair[PAIRS];
    index64 other[PAIRS];
};

template <int WIDTH, int COLUMNS>
__device__ __forceinline__ void fetch(real (*rows)[COLUMNS], const real* __restrict__ array, const index64* pair, const int count)
{
    for (int k = threadIdx.x; k < count * WIDTH; k += THREADS)
        rows[k / WIDTH][k % WIDTH] = array[pair[k / WIDTH] * WIDTH + k % WIDTH];
}

template <bool SECOND>
__device__ __forceinline__ void fill(
    Tile<SECOND>& tile, const real* s, const real* t, const real* us, const real* ut, const index64* order,
    const index64* other, const int count)
{
    __syncthreads();
    if (threadIdx.x < count) {
        tile.pair[threadIdx.x] = order[threadIdx.x];
        tile.other[threadIdx.x] = other[order[threadIdx.x]];
    }
    fetch<SENSITIVITIES>(tile.s, s, order, count);
    fetch<COMPONENTS>(tile.t, t, order, count);
    if constexpr (SECOND) {
        fetch<SENSITIVITIES>(tile.us, us, order, count);
        fetch<COMPONENTS>(tile.ut, ut, order, count);
    }
    __syncthreads();
}

__device__ __forceinline__ int pairs_at(const index64 first, const index64 stop)
{
    return stop - first < PAIRS ? (int)(stop - first) : PAIRS;
}

// x of one centre and feature, and with SECOND its derivative u along (um, us, ut).
template <bool SECOND>
__device__ __forceinline__ void environment(
    real* x, real* u, Tile<SECOND>& tile, const real* __restrict__ m, const real* __restrict__ um, const real* s,
    const real* t, const real* us, const real* ut, const index64* start, const index64* order, const index64* second,
    const index64 atom, const unsigned column, const unsigned features)
{
#pragma unroll
    for (int c = 0; c < COMPONENTS; ++c) {
        x[c] = 0;
        if constexpr (SECOND) u[c] = 0;
    }
    const index64 stop = start[atom + 1];
    for (index64 first = start[atom]; first < stop; first += PAIRS) {
        const int count = pairs_at(first, stop);
        fill<SECOND>(tile, s, t, us, ut, order + first, second, count);
        for (int k = 0; k < count; ++k) {
            const index64 row = tile.other[k] * SENSITIVITIES * features + column;
            real a = 0, ua = 0;
#pragma unroll
            for (int n = 0; n < SENSITIVITIES; ++n) {
                const real here = m[row + (index64)n * features];
                a += tile.s[k][n] * here;
                if constexpr (SECOND) ua += tile.us[k][n] * here + tile.s[k][n] * um[row + (index64)n * features];
            }
#pragma unroll
            for (int c = 0; c < COMPONENTS; ++c) {
                x[c] += tile.t[k][c] * a;
                if constexpr (SECOND) u[c] += tile.ut[k][c] * a + tile.t[k][c] * ua;
            }
        }
    }
}

// N numbers of every lane are added up over a warp; lane l * 32 / N ends with the sum of number l. Each step halves the
// numbers of a lane: it keeps one half and gives the other away.
template <int N, int MASK> __device__ __forceinline__ real halve(real* v)
{
    if constexpr (N == 1) {
        real total = v[0];
#pragma unroll
        for (int mask = MASK; mask; mask >>= 1) total += __shfl_xor_sync(0xffffffffu, total, mask);
        return total;
    } else {
        const bool upper = threadIdx.x & MASK;
#pragma unroll
        for (int k = 0; k < N / 2; ++k) {
            const real kept = upper ? v[k + N / 2] : v[k];
            const real given = upper ? v[k] : v[k + N / 2];
            v[k] = kept + __shfl_xor_sync(0xffffffffu, given, MASK);
        }
        return halve<N / 2, MASK / 2>(v);
    }
}

// The sums over a warp of value(0), ..., value(WIDTH - 1), some of them at once so that few are alive.
template <int WIDTH, int FROM = 0, class Value> __device__ __forceinline__ void add_up(real* sums, const Value& value)
{
    constexpr int LEFT = WIDTH - FROM, N = LEFT >= 16 ? 16 : LEFT >= 8 ? 8 : LEFT >= 4 ? 4 : LEFT >= 2 ? 2 : 1;
    real v[N];
#pragma unroll
    for (int k = 0; k < N; ++k) v[k] = value(FROM + k);
    const real total = halve<N, 16>(v);
    const int lane = threadIdx.x & 31;
    if (lane % (32 / N) == 0) sums[FROM + lane / (32 / N)] = total;
    if constexpr (LEFT > N) add_up<WIDTH, FROM + N>(sums, value);
}

// Cotangents of m, s and t from those of x, `hx`; with SECOND also from those of u, `gx`.
template <bool SECOND>
__device__ __forceinline__ void pull_back(
    const real* __restrict__ m, const real* __restrict__ um, const real* s, const real* t, const real* us,
    const real* ut, const real* __restrict__ hx, const real* __restrict__ gx, const index64* start, const index64* order,
    const index64* first_atom, real* __restrict__ hm, real* hs, real* ht, const unsigned features, const unsigned slabs)
{
    constexpr int WIDTH = SENSITIVITIES + COMPONENTS;
    constexpr int STEP = SECOND && sizeof(real) == 8 ? 4 : SENSITIVITIES;  // two rows of float64 at once do not fit
    __shared__ Tile<SECOND> tile;
    __shared__ real sums[PAIRS][WARPS][WIDTH];
    const index64 atom = blockIdx.x, stop = start[atom + 1];
    for (unsigned slab = 0; slab < slabs; ++slab) {
        const unsigned feature = slab * THREADS + threadIdx.x;
        const bool active = feature < features;
        const unsigned column = active ? feature : 0;
        const index64 row = atom * SENSITIVITIES * features + column;
        real total[SENSITIVITIES];
#pragma unroll
        for (int n = 0; n < SENSITIVITIES; ++n) total[n] = 0;
        for (index64 first = start[atom]; first < stop; first += PAIRS) {
            const int count = pairs_at(first, stop);
            fill<SECOND>(tile, s, t, us, ut, order + first, first_atom, count);
            for (int k = 0; k < count; ++k) {
                const index64 at = tile.other[k] * COMPONENTS * features + column;
                real* const sum = sums[k][threadIdx.x / 32];
                real a = 0, ua = 0, ha = 0, ga = 0;
#pragma unroll STEP
                for (int n = 0; n < SENSITIVITIES; ++n) {
                    const real here = m[row + (index64)n * features];
                    a += tile.s[k][n] * here;
                    if constexpr (SECOND) ua += tile.us[k][n] * here + tile.s[k][n] * um[row + (index64)n * features];
                }
                add_up<COMPONENTS>(sum + SENSITIVITIES, [&](const int c) {
                    const real h = active ? hx[at + (index64)c * features] : real(0);
                    ha += tile.t[k][c] * h;
                    if constexpr (!SECOND) return h * a;
                    const real g = active ? gx[at + (index64)c * features] : real(0);
                    ha += tile.ut[k][c] * g;
                    ga += tile.t[k][c] * g;
                    return h * a + g * ua;
                });
                add_up<SENSITIVITIES>(sum, [&](const int n) {
                    const real here = m[row + (index64)n * features];
                    total[n] += tile.s[k][n] * ha;
                    if constexpr (!SECOND) return here * ha;
                    total[n] += tile.us[k][n] * ga;
                    return here * ha + um[row + (index64)n * features] * ga;
                });
            }
            __syncthreads();
            for (int k = threadIdx.x; k < count * WIDTH; k += THREADS) {
                const int q = k / WIDTH, n = k % WIDTH;
                real sum = sums[q][0][n];
                for (int warp = 1; warp < WARPS; ++warp) sum += sums[q][warp][n];
                real& target = n < SENSITIVITIES ? hs[tile.pair[q] * SENSITIVITIES + n]
                                                 : ht[tile.pair[q] * COMPONENTS + n - SENSITIVITIES];
                target = slab ? target + sum : sum;
            }
        }
        if (active) {
#pragma unroll
            for (int n = 0; n < SENSITIVITIES; ++n) hm[row + (index64)n * features] = total[n];
        }
    }
}

// Where the thread of a centre is: features are cut into slabs of THREADS.
#define HERE \
    const index64 atom = blockIdx.x / slabs; \
    const unsigned feature = blockIdx.x % slabs * THREADS + threadIdx.x; \
    const bool active = feature < features; \
    const unsigned column = active ? feature : 0;

#if ORDER == 0

extern "C" __global__ void __launch_bounds__(THREADS)
interaction_value(
    const real* __restrict__ m, const real* __restrict__ s, const real* __restrict__ t,
    const index64* __restrict__ start, const index64* __restrict__ order, const index64* __restrict__ second,
    real* __restrict__ y, const unsigned features, const unsigned slabs)
{
    __shared__ Tile<false> tile;
    HERE
    real x[COMPONENTS];
    environment<false>(x, nullptr, tile, m, nullptr, s, t, nullptr, nullptr, start, order, second, atom, column, features);
    real* const y_at = y + (atom * SIZE * features + column);
    if (active) value_0_statements(x, 1, y_at, features);
}

#elif ORDER == 1

extern "C" __global__ void __launch_bounds__(THREADS)
interaction_vjp_centres(
    const real* __restrict__ m, const real* __restrict__ s, const real* __restrict__ t, const real* __restrict__ g,
    const index64* __restrict__ start, const index64* __restrict__ order, const index64* __restrict__ second,
    real* __restrict__ gx, const unsigned features, const unsigned slabs)
{
    __shared__ Tile<false> tile;
    HERE
    real x[COMPONENTS];
    environment<false>(x, nullptr, tile, m, nullptr, s, t, nullptr, nullptr, start, order, second, atom, column, features);
    const real* const g_at = g + (atom * SIZE * features + column);
    real* const gx_at = gx + (atom * COMPONENTS * features + column);
    if (active) vjp_0_statements(x, 1, g_at, features, gx_at, features);
}

extern "C" __global__ void __launch_bounds__(THREADS)
interaction_vjp_neighbours(
    const real* __restrict__ m, const real* __restrict__ s, const real* __restrict__ t, const real* __restrict__ gx,
    const index64* __restrict__ start, const index64* __restrict__ order, const index64* __restrict__ first,
    real* __restrict__ gm, real* __restrict__ gs, real* __restrict__ gt, const unsigned features, const unsigned slabs)
{
    pull_back<false>(
        m, nullptr, s, t, nullptr, nullptr, gx, nullptr, start, order, first, gm, gs, gt, features, slabs);
}

#else

extern "C" __global__ void __launch_bounds__(THREADS)
interaction_second_order_centres(
    const real* __restrict__ m, const real* __restrict__ s, const real* __restrict__ t, const real* __restrict__ g,
    const real* __restrict__ um, const real* __restrict__ us, const real* __restrict__ ut,
    const index64* __restrict__ start, const index64* __restrict__ order, const index64* __restrict__ second,
    real* __restrict__ hx, real* __restrict__ gx, real* __restrict__ hg, const unsigned features, const unsigned slabs)
{
    __shared__ Tile<true> tile;
    __shared__ real columns[2 * COMPONENTS][THREADS];
    HERE
    {
        real x[COMPONENTS], u[COMPONENTS];
        environment<true>(x, u, tile, m, um, s, t, us, ut, start, order, second, atom, column, features);
#pragma unroll
        for (int c = 0; c < COMPONENTS; ++c) {
            columns[c][threadIdx.x] = x[c];
            columns[COMPONENTS + c][threadIdx.x] = u[c];
        }
    }
    const real* const x = &columns[0][threadIdx.x];
    const real* const u = &columns[COMPONENTS][threadIdx.x];
    const real* const g_at = g + (atom * SIZE * features + column);
    real* const gx_at = gx + (atom * COMPONENTS * features + column);
    real* const hx_at = hx + (atom * COMPONENTS * features + column);
    real* const hg_at = hg + (atom * SIZE * features + column);
    __syncthreads();
    if (active) vjp_0_statements(x, THREADS, g_at, features, gx_at, features);
    __syncthreads();
    if (active) second_order_0_statements(x, THREADS, g_at, features, u, THREADS, hx_at, features);
    __syncthreads();
    if (active) second_order_1_statements(x, THREADS, g_at, features, u, THREADS, hx_at, features);
    __syncthreads();
    if (active) second_order_2_statements(x, THREADS, g_at, features, u, THREADS, hx_at, features);
    __syncthreads();
    if (active) second_order_3_statements(x, THREADS, g_at, features, u, THREADS, hx_at, features);
    __syncthreads();
    if (active) second_order_4_statements(x, THREADS, g_at, features, u, THREADS, hx_at, features);
    __syncthreads();
    if (active) second_order_5_statements(x, THREADS, u, THREADS, hg_at, features);
}

extern "C" __global__ void __launch_bounds__(THREADS)
interaction_second_order_neighbours(
    const real* __restrict__ m, const real* __restrict__ s, const real* __restrict__ t, const real* __restrict__ um,
    const real* __restrict__ us, const real* __restrict__ ut, const real* __restrict__ hx, const real* __restrict__ gx,
    const index64* __restrict__ start, const index64* __restrict__ order, const index64* __restrict__ first,
    real* __restrict__ hm, real* __restrict__ hs, real* __restrict__ ht, const unsigned features, const unsigned slabs)
{
    pull_back<true>(m, um, s, t, us, ut, hx, gx, start, order, first, hm, hs, ht, features, slabs);
}

#endif
