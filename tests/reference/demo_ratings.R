# Response, satisfaction, transfer and balance of one trip.

expect_response <- function(trip) {
    for (wave in waves) {
        frame <- frame_of(trip, wave)
        rr <- frame$disposition %in% c("I", "P")
        for (slice in c("all", sectors)) {
            d <- frame$disposition[slice == "all" | frame$sector == slice]
            n <- sum(d %in% c("I", "P")); N <- length(d)
            place(wave, slice, "", n, N)
            put("resp.N", N); put("resp.I", sum(d == "I")); put("resp.P", sum(d == "P"))
            put("resp.RR1", mean(d == "I")); put("resp.RR2", n / N)
        }
        place(wave, "all", "", sum(rr), nrow(frame))
        known <- sum(frame$disposition != "UE")
        put("resp.RR5", sum(frame$disposition == "I") / known); put("resp.RR6", sum(rr) / known)
        put("resp.R_indicator", 1 - 2 * sd(ave(as.numeric(rr), frame$sector)))
        for (measure in instruments[[wave]]$measures) {
            if (!measure$type %in% c("rating", "nps", "binary", "count")) next
            n <- sum(!is.na(measured(trip, frame, wave, measure)))
            place(wave, "all", measure$id, n, nrow(frame))
            put("resp.item", n / sum(rr))
        }
    }
    took_part <- sapply(waves, function(wave) trip[[wave]]$dispositions %in% c("I", "P"))
    place("all", "all", "", sum(rowSums(took_part) == 3), nrow(trip$delegates))
    put("resp.panel_rate", mean(rowSums(took_part) == 3))
}

# A slice's part of a series.
within <- function(x, frame, slice) if (slice == "all") x else x[frame$sector == slice]

# What has a mean and a deviation is compared between the trips.
put_moments <- function(x, ci = NULL) {
    if (at$slice == "all") series[[at$item]][[names_of_trips[[at$study]]]] <<- list(x = x, N = at$N)
    put("n", length(x))
    put("mean", if (length(x) > 0) mean(x) else null("n0"), low = ci[[1]], high = ci[[2]])
    put("sd", if (length(x) > 1) sd(x) else null("n_lt_2"))
}

put_ci <- function(prefix, ci, factor = 1) {
    put(paste0(prefix, "_lo"), factor * ci[[1]], LOOSE); put(paste0(prefix, "_hi"), factor * ci[[2]], LOOSE)
    put(paste0(prefix, "_method"), ci[[3]])
}

# A share of those who answered, with the exact bounds of a delegation of N.
put_share <- function(metric, hits, N) {
    bounds <- if (length(hits) > 0) hyper(N, length(hits), sum(hits)) / N
    put(metric, if (length(hits) > 0) mean(hits) else null("n0"), low = bounds[1], high = bounds[2])
    put(paste0(metric, "_lo"), bounds[1]); put(paste0(metric, "_hi"), bounds[2])
}

expect_rating <- function(trip, wave, measure, frame) {
    scale <- scale_of(wave, measure); L <- scale$min; U <- scale$max
    all <- measured(trip, frame, wave, measure)[, 1]
    for (slice in sectors) {
        x <- within(all, frame, slice); N <- length(x); x <- x[!is.na(x)]
        place(wave, slice, measure$id, length(x), N)
        put_moments(x)
        put("top2", if (length(x) > 0) mean(x >= U - 1) else null("n0"))
    }
    x <- all[!is.na(all)]; n <- length(x); N <- nrow(frame)
    place(wave, "all", measure$id, n, N)
    ci <- integer_ci(x, L, U, N)
    put_moments(x, ci)
    put_ci("ci", ci)
    put("median", median(x))
    put_share("top2", x >= U - 1, N)
    for (v in L:U) put(paste0("dist.", v), sum(x == v))
    put("manski_lo", (sum(x) + (N - n) * L) / N); put("manski_hi", (sum(x) + (N - n) * U) / N)
    p <- table(x) / n
    put("consensus", 1 + sum(p * log2(1 - abs(as.numeric(names(p)) - mean(x)) / (U - L))))
    N_s <- table(frame$sector); n_s <- table(frame$sector[!is.na(all)])
    if (any(n_s < 2 & n_s < N_s)) {
        put("poststrat_mean", null("stratum_lt_2")); put("poststrat_se", null("stratum_lt_2"))
        return()
    }
    data <- data.frame(x, sector = droplevels(frame$sector[!is.na(all)]))
    data$N_s <- as.numeric(N_s[as.character(data$sector)])
    stratified <- survey::svymean(~x, survey::svydesign(ids = ~1, strata = ~sector, fpc = ~N_s, data = data))
    put("poststrat_mean", as.numeric(stratified)); put("poststrat_se", as.numeric(survey::SE(stratified)))
}

expect_nps <- function(trip, wave, measure, frame) {
    all <- measured(trip, frame, wave, measure)[, 1]
    for (slice in c("all", sectors)) {
        x <- within(all, frame, slice); N <- length(x); x <- x[!is.na(x)]
        code <- (x >= 9) - (x <= 6)
        place(wave, slice, measure$id, length(x), N)
        ci <- if (slice == "all") integer_ci(code, -1, 1, N)
        put("n", length(x))
        put("nps.promoters", sum(code == 1)); put("nps.passives", sum(code == 0)); put("nps.detractors", sum(code == -1))
        put("nps.score", if (length(x) > 0) 100 * mean(code) else null("n0"), low = 100 * ci[[1]], high = 100 * ci[[2]])
        if (slice != "all") next
        for (v in 0:10) put(paste0("dist.", v), sum(x == v))
        put_ci("nps.ci", ci, 100)
        m <- length(x) + 3; p <- (sum(code == 1) + .75) / m; d <- (sum(code == -1) + .75) / m
        half <- qnorm(.975) * sqrt((p + d - (p - d)^2) / m)
        put("nps.aw_lo", 100 * max(-1, p - d - half), LOOSE); put("nps.aw_hi", 100 * min(1, p - d + half), LOOSE)
    }
}

# Each person's index of 0 to 100, NA with fewer answers than it takes.
index_of <- function(trip, frame, wave, measure) {
    scale <- scale_of(wave, measure)
    x <- measured(trip, frame, wave, measure)
    least <- if (!is.null(measure$minimum_answered)) measure$minimum_answered else ceiling(ncol(x) / 2)
    y <- 100 * (rowMeans(x, na.rm = TRUE) - scale$min) / (scale$max - scale$min)
    ifelse(rowSums(!is.na(x)) >= least, y, NA)
}

expect_index <- function(trip, wave, measure, frame) {
    all <- index_of(trip, frame, wave, measure)
    for (slice in c("all", sectors)) {
        y <- within(all, frame, slice); N <- length(y); y <- y[!is.na(y)]; n <- length(y)
        place(wave, slice, measure$id, n, N)
        if (slice != "all") { put_moments(y); next }
        stopifnot(n >= 10, sd(y) > 0, n < N)
        half <- qt(.975, n - 1) * fpc_se(y, N)
        ci <- list(max(mean(y) - half, sum(y) / N), min(mean(y) + half, (sum(y) + 100 * (N - n)) / N), "fpc_t")
        put_moments(y, ci)
        put_ci("ci", ci)
        put("manski_lo", sum(y) / N); put("manski_hi", (sum(y) + 100 * (N - n)) / N)
    }
}

# Omega of one factor by maximum likelihood, which is free of scale: the loadings of the correlations times the
# deviations. A uniqueness at its lower bound goes on below 0.
omega <- function(x) {
    fit <- factanal(x, 1, nstart = 20, lower = 5e-4)
    if (min(fit$uniquenesses) < 1e-3) return(null("heywood"))
    common <- sum(fit$loadings[, 1] * apply(x, 2, sd))^2
    common / (common + sum(fit$uniquenesses * diag(cov(x))))
}

expect_scale <- function(trip, wave, measure, frame) {
    x <- na.omit(measured(trip, frame, wave, measure)); n <- nrow(x); k <- ncol(x)
    place(wave, "all", measure$id, n, nrow(frame))
    alpha <- suppressWarnings(suppressMessages(psych::alpha(as.data.frame(x), warnings = FALSE)))$total$raw_alpha
    bounds <- psych::alpha.ci(alpha, n, k, p.val = .05, digits = 15)
    put("rel.n", n)
    put("rel.alpha", alpha, low = bounds$lower.ci, high = bounds$upper.ci)
    put("rel.alpha_lo", bounds$lower.ci, LOOSE); put("rel.alpha_hi", bounds$upper.ci, LOOSE)
    put("rel.omega", omega(x), 1e-3)
}

expect_binary <- function(trip, wave, measure, frame) {
    all <- measured(trip, frame, wave, measure)[, 1]
    for (slice in c("all", sectors)) {
        x <- within(all, frame, slice); N <- length(x); x <- x[!is.na(x)]
        place(wave, slice, measure$id, length(x), N)
        put("n", length(x))
        if (slice == "all") put_share("share", x == 1, N)
    }
}

expect_count <- function(trip, wave, measure, frame) {
    all <- measured(trip, frame, wave, measure)[, 1]
    for (slice in c("all", sectors)) {
        x <- within(all, frame, slice); N <- length(x); x <- x[!is.na(x)]
        place(wave, slice, measure$id, length(x), N)
        put("n", length(x))
        put("mean", if (length(x) > 0) mean(x) else null("n0"))
        if (slice != "all") next
        two <- c(sort(x, decreasing = TRUE), 0, 0)[1:2]
        put("median", median(x)); put("sum", sum(x))
        put_share("share_any", x >= 1, N)
        put("ppct_unsafe_p10", as.numeric(sum(x) - sum(two) < .1 * two[1]))
        put("dom_1_85_unsafe", as.numeric(two[1] > .85 * sum(x)))
    }
}

expect_gap <- function(trip, wave, measure, frame) {
    parts <- lapply(measure$measures, function(id) index_of(trip, frame, wave, instruments[[wave]]$measures[[id]]))
    all <- parts[[1]] - parts[[2]]
    for (slice in c("all", sectors)) {
        y <- within(all, frame, slice)
        place(wave, slice, measure$id, sum(!is.na(y)), length(y))
        put_moments(y[!is.na(y)])
    }
}

expect_uptake <- function(trip, wave, measure, frame) {
    x <- na.omit(measured(trip, frame, wave, measure))
    place(wave, "all", measure$id, sum(x[, 1] == 1), nrow(frame))
    put("org_given_ind", mean(x[x[, 1] == 1, 2]))
}

expect_conversion <- function(trip, wave, measure, frame) {
    x <- na.omit(measured(trip, frame, wave, measure))
    place(wave, "all", measure$id, nrow(x), nrow(frame))
    put("conversion", sum(pmin(x[, 1], x[, 2])) / sum(x[, 1]))
}

# Every commitment made after the trip, with what became of it; nothing said is unknown.
commitments_of <- function(trip) {
    do.call(rbind, lapply(trip$delegates$id, function(id) {
        made <- trip$post$answers[[id]]$COMMIT
        if (length(made) == 0) return(NULL)
        told <- trip$fu$answers[[id]]$COMMIT_STATUS
        status <- sapply(as.character(seq_along(made)), function(i) if (is.null(told[[i]])) "unknown" else told[[i]])
        data.frame(id, level = member(made, "level"), status = unname(status))
    }))
}

expect_commitments <- function(trip, wave, measure, frame) {
    made <- commitments_of(trip)
    for (level in c("all", "individual", "organisation")) {
        mine <- made[level == "all" | made$level == level, ]
        standing <- mine[mine$status != "withdrawn", ]
        standing$done <- as.numeric(standing$status == "completed")
        standing$one <- 1
        known <- standing[standing$status != "unknown", ]
        short <- c(all = "all", individual = "ind", organisation = "org")[[level]]
        place(wave, "all", paste0(measure$id, "_", short), length(unique(mine$id)), nrow(trip$delegates))
        put("made", nrow(mine)); put("completed", sum(standing$done))
        put("rate_itt", mean(standing$done)); put("rate_known", mean(known$done))
        place(wave, "all", paste0(measure$id, "_", short), length(unique(standing$id)), nrow(trip$delegates))
        design <- survey::svydesign(ids = ~id, weights = ~one, data = standing)
        put("rate_itt_se", as.numeric(survey::SE(survey::svyratio(~done, ~one, design))))
    }
}

expect_balance <- function(trip) {
    counts <- table(factor(trip$delegates$sector, sectors)); N <- sum(counts)
    base <- sum(counts[core]); p <- as.numeric(counts[core]) / base
    place("trip", "all", "balance", N, N)
    put("N", N); put("staff", sum(trip$people$is_staff & trip$people$travelled)); put("core_N", base)
    put("blau", 1 - sum(p^2)); put("blau_norm", (1 - sum(p^2)) / (1 - 1 / 3))
    put("pielou", -sum(p[p > 0] * log(p[p > 0])) / log(3)); put("dissimilarity", sum(abs(p - 1 / 3)) / 2)
    for (s in sectors) {
        place("trip", s, "balance", counts[[s]], N)
        put("count", counts[[s]]); put("share", counts[[s]] / N)
        if (!s %in% core) next
        put("gap_pp", 100 * (counts[[s]] / base - 1 / 3))
        put("seats_short", max(0, ceiling(base / 3) - counts[[s]]))
    }
}

by_type <- list(rating = expect_rating, nps = expect_nps, index = expect_index, nki = expect_index, gap = expect_gap,
                binary = expect_binary, count = expect_count, uptake = expect_uptake, conversion = expect_conversion,
                commitment = expect_commitments)

expect_ratings <- function(trip) {
    expect_response(trip)
    for (wave in waves) {
        frame <- frame_of(trip, wave)
        for (measure in instruments[[wave]]$measures) {
            if (!is.null(by_type[[measure$type]])) by_type[[measure$type]](trip, wave, measure, frame)
            if (measure$type %in% c("nki", "reliability")) expect_scale(trip, wave, measure, frame)
        }
    }
    expect_balance(trip)
}
