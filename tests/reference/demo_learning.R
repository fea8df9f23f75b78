# Gains of one trip: pairs of answers of the same people.

expect_changes <- function(d, N) {
    n <- length(d)
    finite <- mean(d) + c(-1, 1) * qt(.975, n - 1) * fpc_se(d, N)
    analytic <- t.test(d)
    bounds <- c(noncentral(analytic$statistic, n, .975), noncentral(analytic$statistic, n, .025))
    dz <- mean(d) / sd(d)
    put("gain.n", n); put("gain.mean", mean(d), low = finite[1], high = finite[2]); put("gain.sd", sd(d))
    put("gain.improved", mean(d > 0)); put("gain.same", mean(d == 0)); put("gain.worse", mean(d < 0))
    put("gain.t_lo", analytic$conf.int[1], LOOSE); put("gain.t_hi", analytic$conf.int[2], LOOSE)
    put("gain.fpc_lo", finite[1], LOOSE); put("gain.fpc_hi", finite[2], LOOSE)
    put("gain.dz", dz, low = bounds[1], high = bounds[2], bounds_tolerance = 1e-5)
    put("gain.dz_lo", bounds[1], 1e-5); put("gain.dz_hi", bounds[2], 1e-5)
    put("gain.gz", dz * exp(lgamma((n - 1) / 2) - lgamma((n - 2) / 2)) / sqrt((n - 1) / 2))
    put("gain.gz_approx", dz * (1 - 3 / (4 * (n - 1) - 1)))
    put("gain.sign_p", if (any(d != 0)) binom.test(sum(d > 0), sum(d != 0))$p.value else null("no_change"),
        n = sum(d != 0))
}

expect_gain <- function(trip, wave, measure, frame) {
    scale <- scale_of(wave, measure); L <- scale$min; U <- scale$max
    x <- na.omit(measured(trip, frame, wave, measure))
    a <- x[, 1]; b <- x[, 2]; d <- b - a
    place("pair", "all", measure$id, length(d), nrow(frame))
    stopifnot(length(d) >= 3, sd(d) > 0, sd(a) > 0, sd(b) > 0, any(a < U))
    expect_changes(d, nrow(frame))
    put("gain.pre_mean", mean(a)); put("gain.post_mean", mean(b))
    put("gain.dav", mean(d) / ((sd(a) + sd(b)) / 2)); put("gain.r", cor(a, b))
    put("gain.hake_class", (mean(b) - mean(a)) / (U - mean(a)))
    put("gain.hake_ind", mean((d / (U - a))[a < U]), n = sum(a < U)); put("gain.hake_ind_n", sum(a < U))
    change <- ifelse(b > a, d / (U - a), ifelse(b < a, d / (a - L), 0))[!(a == b & (a == L | a == U))]
    put("gain.norm_change", mean(change), n = length(change)); put("gain.norm_change_n", length(change))
    put("gain.signflip_p", sign_flips(d))
}

expect_gain_index <- function(trip, wave, measure, frame) {
    d <- sapply(measure$measures, function(id) {
        x <- measured(trip, frame, wave, instruments[[wave]]$measures[[id]])
        x[, 2] - x[, 1]
    })
    own <- rowMeans(d, na.rm = TRUE)[rowSums(!is.na(d)) >= measure$minimum_answered]
    place("pair", "all", measure$id, length(own), nrow(frame))
    expect_changes(own, nrow(frame))
}

expect_learning <- function(trip) {
    for (wave in waves) {
        frame <- frame_of(trip, wave)
        for (measure in instruments[[wave]]$measures) {
            if (measure$type == "gain") expect_gain(trip, wave, measure, frame)
            if (measure$type == "gain_index") expect_gain_index(trip, wave, measure, frame)
        }
    }
}
