#include <debriefd/interval.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>
#include <assert.h>
#include <math.h>

/* P(T <= t) = E[Phi(t S - delta)], where S^2 is a chi-square over its df degrees of freedom. With u
 * = log S the integrand is analytic on the whole line and falls off at both ends, so that equal
 * steps give nearly full precision (Trefethen and Weideman 2014). libRmath's pnt is not used: past
 * a delta of 37.62 it is an approximation whose error exceeds the 1e-5 wanted. */
#define FALL_OFF   40 /* weights below exp(-40) of the largest are left out */
#define RESOLUTION 0.35
#define POINTS_MAX 200000
#define TURNS_MAX  200
#define CLOSE      1e-11

struct distribution {
    double p;     /* P(T <= t) */
    double slope; /* -dp/ddelta */
};

/* The weight at u is exp(df (u - (exp(2u) - 1) / 2)), and that bracket is at most -u^2 for u > 0,
 * at most -2/3 u^2 for u in -1/2..0, and at most u + 1/2 for u < 0. */
static double lowest(double df)
{
    double near = -sqrt(1.5 * FALL_OFF / df);
    return near >= -0.5 ? near : -(FALL_OFF / df + 0.5);
}

static struct distribution distribution(double t, double df, double delta)
{
    double low = lowest(df), range = sqrt(FALL_OFF / df) - low;
    double step = RESOLUTION / sqrt(1 + 2 * df + delta * delta);
    step = fmax(step, range / POINTS_MAX);
    int points = (int)(range / step) + 1;
    double total = 0, p = 0, slope = 0;
    for (int i = 0; i <= points; i++) {
        double u = low + i * step;
        double weight = exp(df * (u - expm1(2 * u) / 2));
        double z = t * exp(u) - delta;
        total += weight;
        p += weight * pnorm(z, 0, 1, 1, 0);
        slope += weight * dnorm(z, 0, 1, 0);
    }
    return (struct distribution){p / total, slope / total};
}

/* p falls with delta. */
struct bracket {
    double low, high;
};

static struct bracket enclose(double t, double df, double wanted)
{
    double reach = 3 * sqrt(1 + t * t / (2 * df));
    struct bracket bracket = {t - reach, t + reach};
    while (distribution(t, df, bracket.low).p < wanted)
        bracket.low -= bracket.high - bracket.low;
    while (distribution(t, df, bracket.high).p > wanted)
        bracket.high += bracket.high - bracket.low;
    return bracket;
}

/* Newton's step for the probit of p, which is nearly a line in delta; the middle where it leaves
 * the bracket. */
static double next(const struct bracket *bracket, double delta, struct distribution at,
                   double wanted)
{
    double probit = qnorm(at.p, 0, 1, 1, 0);
    double to = delta + (probit - qnorm(wanted, 0, 1, 1, 0)) * dnorm(probit, 0, 1, 0) / at.slope;
    if (to >= bracket->low && to <= bracket->high)
        return to;
    return bracket->low + (bracket->high - bracket->low) / 2;
}

static double solve(double t, double df, double wanted)
{
    struct bracket bracket = enclose(t, df, wanted);
    double delta = bracket.low + (bracket.high - bracket.low) / 2;
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        struct distribution at = distribution(t, df, delta);
        if (at.p >= wanted)
            bracket.low = delta;
        else
            bracket.high = delta;
        double to = next(&bracket, delta, at, wanted);
        double moved = fabs(to - delta);
        delta = to;
        if (moved <= CLOSE * (1 + fabs(delta)))
            break;
    }
    return delta;
}

struct interval interval_noncentral_t(double t, double df)
{
    assert(isfinite(t) && df >= 1);
    return (struct interval){INTERVAL_NONCENTRAL_T, solve(t, df, 0.975), solve(t, df, 0.025)};
}
