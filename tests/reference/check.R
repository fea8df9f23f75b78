# Recomputes the families with R (survey, psych, factanal, phyper, qt, qf, pt, t.test, binom.test) from a
# seeded dataset and compares with what rows_csv prints.
# Usage: Rscript check.R ROWS_CSV. Exit code 77: a package is missing.
for (package in c("survey", "psych"))
    if (!suppressWarnings(requireNamespace(package, quietly = TRUE))) {
        message("skipped: R package ", package, " is missing")
        quit(status = 77)
    }
suppressPackageStartupMessages(library(survey))
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
source(file.path(here, "statistics.R"))

directory <- tempfile()
dir.create(directory)
set.seed(20261123)

## A dataset like that of four trips

sectors <- c("politics", "business", "academia", "state")
waves <- c("pre", "post", "fu")
trips <- list(A = c(18, 14, 16, 4), B = c(12, 9, 12, 0), C = c(20, 25, 5, 3), D = c(6, 5, 4, 0))
rate <- c(A = .7, B = 1, C = .6, D = .75)

item <- function(id, wave, construct, phase = "", kind = "rating", min = 1, max = 5, reverse = 0)
    data.frame(item_id = id, wave = wave, construct = construct, phase = phase, purpose = "",
               kind = kind, min = min, max = max, reverse = reverse)
items <- rbind(
    item(c("S_PREP1", "S_PREP2", "S_PREP3"), "post", "sat", "preparation"),
    item(c("S_PROG1", "S_PROG2", "S_PROG3"), "post", "sat", "programme"),
    item("S_PROG4", "post", "sat", "programme", reverse = 1),
    item(c("P1", "P2"), "post", "purpose"),
    item("NPS", "post", "nps", kind = "nps", min = 0, max = 10),
    item(c("NKI1", "NKI2", "NKI3"), "post", "nki", max = 10),
    item("HOST_MADE", "post", "host_made", kind = "count", min = 0, max = 30000),
    item(c("S_FUP1", "S_FUP2"), "fu", "sat", "followup"),
    item(c("TR_IND1", "TR_IND2"), "fu", "transfer_ind"),
    item(c("TR_ORG1", "TR_ORG2"), "fu", "transfer_org"),
    item("APPL_IND", "fu", "applied_ind", kind = "binary", min = 0, max = 1),
    item("APPL_ORG", "fu", "applied_org", kind = "binary", min = 0, max = 1),
    item("HOST_KEPT", "fu", "host_kept", kind = "count", min = 0, max = 30000))
# Four topics, the third on a reversed scale, the last at the ceiling.
topics <- paste0("T", 1:4)
for (moment in c("pre", "then", "now", "fu"))
    items <- rbind(items, item(paste0("L_", moment, "_", topics), c(pre = "pre", fu = "fu", then = "post",
                                                                    now = "post")[[moment]],
                               paste0("learn_", moment), max = 10, reverse = c(0, 0, 1, 0)))

participants <- do.call(rbind, lapply(names(trips), function(trip) {
    n <- sum(trips[[trip]])
    data.frame(trip_id = trip, participant_id = paste0(trip, "-", seq_len(n + 2)), person_id = "x",
               sector = c(rep(sectors, trips[[trip]]), "politics", "business"),
               is_staff = c(rep(0, n), 1, 0), travelled = c(rep(1, n), 1, 0))
}))
delegates <- subset(participants, is_staff == 0 & travelled == 1)

dispositions <- do.call(rbind, lapply(waves, function(wave) {
    full <- delegates$trip_id == "B" & wave == "post"
    part <- runif(nrow(delegates)) < rate[delegates$trip_id]
    code <- ifelse(part | full, sample(c("I", "P"), nrow(delegates), TRUE, c(.85, .15)),
                   sample(c("R", "NC", "O", "UE", "NE", ""), nrow(delegates), TRUE))
    d <- data.frame(trip_id = delegates$trip_id, wave = wave,
                    participant_id = delegates$participant_id, disposition = code)
    d[d$disposition != "", ]
}))

responses <- do.call(rbind, lapply(seq_len(nrow(items)), function(i) {
    it <- items[i, ]
    who <- subset(dispositions, wave == it$wave & disposition %in% c("I", "P"))
    latent <- as.numeric(factor(who$participant_id)) %% 7 / 6
    span <- it$max - it$min
    x <- if (it$kind == "count") rpois(nrow(who), 2)
         else it$min + round(pmin(1, pmax(0, .35 + .5 * latent + rnorm(nrow(who), 0, .2))) * span)
    gained <- c(pre = -.2, then = -.3, now = .1, fu = .05)
    if (grepl("^L_", it$item_id))
        x <- it$min + round(pmin(1, pmax(0, .35 + .5 * latent + gained[[strsplit(it$item_id, "_")[[1]][2]]] +
                                             rnorm(nrow(who), 0, .15))) * span)
    if (grepl("^L_.*_T4", it$item_id)) x <- ifelse(runif(nrow(who)) < .97, it$max, x)
    if (it$item_id == "P2") x <- ifelse(runif(nrow(who)) < .9, 5, x) # the ceiling
    if (it$reverse == 1) x <- it$min + it$max - x
    skipped <- runif(nrow(who)) < .08 & !(who$trip_id == "B" & it$item_id == "P1")
    data.frame(trip_id = who$trip_id, wave = it$wave, participant_id = who$participant_id,
               item_id = it$item_id, value = ifelse(skipped, "", x),
               missing_code = ifelse(skipped, "DK", ""))
}))

makers <- subset(delegates, runif(nrow(delegates)) < .6)
commitments <- do.call(rbind, lapply(seq_len(nrow(makers)), function(i) {
    n <- sample(1:4, 1)
    data.frame(trip_id = makers$trip_id[i], participant_id = makers$participant_id[i],
               level = sample(c("ind", "org"), n, TRUE, c(.7, .3)),
               status = sample(c("completed", "ongoing", "not_started", "withdrawn", "unknown"), n, TRUE,
                               c(.4, .2, .1, .15, .15)))
}))
commitments <- cbind(commitment_id = paste0("c", seq_len(nrow(commitments))), commitments)

save <- function(table, name)
    write.csv(table, file.path(directory, name), row.names = FALSE, quote = FALSE, na = "")
save(data.frame(trip_id = names(trips), name = "x", start_date = "", end_date = ""), "trips.csv")
save(participants, "participants.csv")
save(dispositions, "dispositions.csv")
save(items, "items.csv")
save(responses, "responses.csv")
save(commitments, "commitments.csv")

## Expected values

expected <- list()
expect <- function(trip, wave, slice, item, metric, value, tol = 1e-8)
    expected[[length(expected) + 1]] <<- data.frame(trip, wave, slice, item, metric,
                                                    value = as.character(value), tol)
number <- function(x) format(x, digits = 17)

frame_of <- function(trip, wave) {
    d <- subset(delegates, trip_id == trip)
    w <- dispositions[dispositions$wave == wave & dispositions$trip_id == trip, ]
    d$disposition <- w$disposition[match(d$participant_id, w$participant_id)]
    d$disposition[is.na(d$disposition)] <- "UE"
    d <- d[d$disposition != "NE", ]
    d$sector <- factor(d$sector, sectors)
    d
}

scores <- function(frame, wave, ids) {
    sapply(ids, function(id) {
        it <- items[items$item_id == id, ]
        r <- responses[responses$item_id == id, ]
        x <- suppressWarnings(as.numeric(r$value[match(frame$participant_id, r$participant_id)]))
        if (it$reverse == 1) it$min + it$max - x else x
    })
}

expect_ci <- function(trip, wave, item, prefix, ci, factor = 1) {
    expect(trip, wave, "all", item, paste0(prefix, "_lo"), number(factor * ci[[1]]), 1e-6 * factor)
    expect(trip, wave, "all", item, paste0(prefix, "_hi"), number(factor * ci[[2]]), 1e-6 * factor)
    expect(trip, wave, "all", item, paste0(prefix, "_method"), ci[[3]], 0)
}

expect_rating <- function(trip, wave, id, frame) {
    it <- items[items$item_id == id, ]
    all <- as.numeric(scores(frame, wave, id))
    ok <- !is.na(all)
    x <- all[ok]; n <- length(x); N <- nrow(frame)
    put <- function(metric, value, slice = "all") expect(trip, wave, slice, id, metric, number(value))
    put("n", n); put("mean", mean(x)); put("sd", sd(x)); put("median", median(x))
    put("top2", mean(x >= it$max - 1))
    bounds <- hyper(N, n, sum(x >= it$max - 1)) / N
    put("top2_lo", bounds[1]); put("top2_hi", bounds[2])
    for (v in it$min:it$max) put(paste0("dist.", v), sum(x == v))
    put("manski_lo", (sum(x) + (N - n) * it$min) / N)
    put("manski_hi", (sum(x) + (N - n) * it$max) / N)
    p <- table(x) / n
    put("consensus", 1 + sum(p * log2(1 - abs(as.numeric(names(p)) - mean(x)) / (it$max - it$min))))
    expect_ci(trip, wave, id, "ci", integer_ci(x, it$min, it$max, N))
    N_s <- table(frame$sector)
    n_s <- table(frame$sector[ok])
    if (all(n_s[N_s > 0] >= 2)) {
        data <- data.frame(x, sector = droplevels(frame$sector[ok]))
        data$N_s <- as.numeric(N_s[as.character(data$sector)])
        mean_s <- svymean(~x, svydesign(ids = ~1, strata = ~sector, fpc = ~N_s, data = data))
        put("poststrat_mean", as.numeric(mean_s)); put("poststrat_se", as.numeric(SE(mean_s)))
    }
    for (s in sectors) {
        y <- all[ok & frame$sector == s]
        put("n", length(y), s)
        if (length(y) >= 1) put("mean", mean(y), s)
        if (length(y) >= 2) put("sd", sd(y), s)
    }
}

expect_nps <- function(trip, frame) {
    x <- as.numeric(scores(frame, "post", "NPS")); x <- x[!is.na(x)]
    N <- nrow(frame); n <- length(x)
    code <- (x >= 9) - (x <= 6)
    expect(trip, "post", "all", "NPS", "nps.score", number(100 * mean(code)))
    expect(trip, "post", "all", "NPS", "nps.promoters", sum(x >= 9))
    expect(trip, "post", "all", "NPS", "nps.passives", sum(code == 0))
    expect_ci(trip, "post", "NPS", "nps.ci", integer_ci(code, -1, 1, N), 100)
    m <- n + 3; p <- (sum(code == 1) + .75) / m; d <- (sum(code == -1) + .75) / m
    half <- qnorm(.975) * sqrt((p + d - (p - d)^2) / m)
    expect(trip, "post", "all", "NPS", "nps.aw_lo", number(100 * max(-1, p - d - half)), 1e-6)
    expect(trip, "post", "all", "NPS", "nps.aw_hi", number(100 * min(1, p - d + half)), 1e-6)
}

expect_index <- function(trip, wave, name, ids, minimum, frame) {
    it <- items[items$item_id == ids[1], ]
    x <- scores(frame, wave, ids)
    m <- rowMeans(x, na.rm = TRUE)
    y <- (100 * (m - it$min) / (it$max - it$min))[rowSums(!is.na(x)) >= minimum]
    n <- length(y); N <- nrow(frame)
    expect(trip, wave, "all", name, "n", n)
    expect(trip, wave, "all", name, "mean", number(mean(y)))
    expect(trip, wave, "all", name, "sd", number(sd(y)))
    if (n == N) expect_ci(trip, wave, name, "ci", list(mean(y), mean(y), "census"))
    else if (n >= 10 && sd(y) > 0) {
        half <- qt(.975, n - 1) * fpc_se(y, N)
        expect_ci(trip, wave, name, "ci", list(max(mean(y) - half, sum(y) / N),
                                               min(mean(y) + half, (sum(y) + 100 * (N - n)) / N),
                                               "fpc_t"))
    }
}

expect_scale <- function(trip, name, ids, frame) {
    x <- na.omit(scores(frame, "post", ids))
    n <- nrow(x); k <- ncol(x)
    expect(trip, "post", "all", name, "rel.n", n)
    alpha <- suppressWarnings(suppressMessages(psych::alpha(x, warnings = FALSE)))$total$raw_alpha
    expect(trip, "post", "all", name, "rel.alpha", number(alpha))
    if (n >= 10) {
        expect(trip, "post", "all", name, "rel.alpha_lo",
               number(1 - (1 - alpha) * qf(.975, n - 1, (n - 1) * (k - 1))), 1e-6)
        expect(trip, "post", "all", name, "rel.alpha_hi",
               number(1 - (1 - alpha) * qf(.025, n - 1, (n - 1) * (k - 1))), 1e-6)
    }
    # Maximum likelihood is free of scale: loadings of the correlations times the deviations.
    fit <- tryCatch(factanal(x, 1), error = function(e) NULL)
    if (is.null(fit) || min(fit$uniquenesses) < .01) return()
    common <- sum(fit$loadings[, 1] * apply(x, 2, sd))^2
    expect(trip, "post", "all", name, "rel.omega",
           number(common / (common + sum(fit$uniquenesses * apply(x, 2, var)))), 1e-3)
}

expect_response <- function(trip, wave, frame) {
    rr <- frame$disposition %in% c("I", "P")
    put <- function(metric, value, slice = "all") expect(trip, wave, slice, "", metric, number(value))
    put("resp.N", nrow(frame)); put("resp.RR2", mean(rr)); put("resp.RR1", mean(frame$disposition == "I"))
    put("resp.RR6", sum(rr) / sum(frame$disposition != "UE"))
    put("resp.R_indicator", 1 - 2 * sd(ave(as.numeric(rr), frame$sector)))
    for (s in sectors[table(frame$sector) > 0]) put("resp.RR2", mean(rr[frame$sector == s]), s)
}

expect_balance <- function(trip) {
    counts <- trips[[trip]]
    p <- counts[1:3] / sum(counts[1:3])
    put <- function(metric, value, slice = "all") expect(trip, "trip", slice, "balance", metric, number(value))
    put("N", sum(counts)); put("staff", 1); put("core_N", sum(counts[1:3]))
    put("blau", 1 - sum(p^2)); put("blau_norm", (1 - sum(p^2)) * 3 / 2)
    put("pielou", -sum(p[p > 0] * log(p[p > 0])) / log(3)); put("dissimilarity", sum(abs(p - 1 / 3)) / 2)
    for (i in 1:4) put("share", counts[i] / sum(counts), sectors[i])
    for (i in 1:3) {
        put("gap_pp", 100 * (p[i] - 1 / 3), sectors[i])
        put("seats_short", max(0, ceiling(sum(counts[1:3]) / 3) - counts[i]), sectors[i])
    }
}

expect_transfer <- function(trip, frame) {
    x <- as.numeric(scores(frame, "fu", "APPL_IND")); x <- x[!is.na(x)]
    bounds <- hyper(nrow(frame), length(x), sum(x)) / nrow(frame)
    expect(trip, "fu", "all", "APPL_IND", "share", number(mean(x)))
    expect(trip, "fu", "all", "APPL_IND", "share_lo", number(bounds[1]))
    expect(trip, "fu", "all", "APPL_IND", "share_hi", number(bounds[2]))
}

expect_changes <- function(trip, name, d, N) {
    n <- length(d)
    put <- function(metric, value, tol = 1e-8)
        expect(trip, "pair", "all", name, paste0("gain.", metric), number(value), tol)
    put("n", n)
    if (n == 0) return()
    put("mean", mean(d)); put("improved", mean(d > 0)); put("same", mean(d == 0)); put("worse", mean(d < 0))
    if (any(d != 0)) put("sign_p", binom.test(sum(d > 0), sum(d != 0))$p.value)
    if (n >= 2) put("sd", sd(d))
    if (n < 3 || sd(d) == 0) return()
    test <- t.test(d)
    half <- qt(.975, n - 1) * fpc_se(d, N)
    put("t_lo", test$conf.int[1], 1e-6); put("t_hi", test$conf.int[2], 1e-6)
    put("fpc_lo", mean(d) - half, 1e-6); put("fpc_hi", mean(d) + half, 1e-6)
    put("dz", mean(d) / sd(d))
    put("gz", mean(d) / sd(d) * exp(lgamma((n - 1) / 2) - lgamma((n - 2) / 2)) / sqrt((n - 1) / 2))
    put("gz_approx", mean(d) / sd(d) * (1 - 3 / (4 * (n - 1) - 1)))
    put("dz_lo", noncentral(test$statistic, n, .975), 1e-5)
    put("dz_hi", noncentral(test$statistic, n, .025), 1e-5)
}

expect_gain <- function(trip, name, before_id, after_id, frame) {
    it <- items[items$item_id == after_id, ]
    a <- as.numeric(scores(frame, "", before_id)); b <- as.numeric(scores(frame, "", after_id))
    ok <- !is.na(a) & !is.na(b)
    a <- a[ok]; b <- b[ok]; d <- b - a
    expect_changes(trip, name, d, nrow(frame))
    if (length(d) == 0) return()
    put <- function(metric, value, tol = 1e-8)
        expect(trip, "pair", "all", name, paste0("gain.", metric), number(value), tol)
    put("pre_mean", mean(a)); put("post_mean", mean(b))
    if (length(d) >= 2 && sd(a) + sd(b) > 0) put("dav", mean(d) / ((sd(a) + sd(b)) / 2))
    if (length(d) >= 2 && sd(a) > 0 && sd(b) > 0) put("r", cor(a, b))
    if (any(a < it$max)) {
        put("hake_class", (mean(b) - mean(a)) / (it$max - mean(a)))
        put("hake_ind", mean((d / (it$max - a))[a < it$max])); put("hake_ind_n", sum(a < it$max))
    } else put("hake_ind_n", 0)
    change <- ifelse(b > a, d / (it$max - a), ifelse(b < a, d / (a - it$min), 0))
    change <- change[!(a == b & (a == it$min | a == it$max))]
    put("norm_change_n", length(change))
    if (length(change) > 0) put("norm_change", mean(change))
    put("signflip_p", sign_flips(d))
}

expect_learning <- function(trip, post, fu) {
    for (topic in topics) {
        id <- function(moment) paste0("L_", moment, "_", topic)
        expect_gain(trip, paste0("RPP_", topic), id("then"), id("now"), post)
        expect_gain(trip, paste0("PREPOST_", topic), id("pre"), id("now"), post)
        expect_gain(trip, paste0("SHIFT_", topic), id("pre"), id("then"), post)
        expect_gain(trip, paste0("FADE_", topic), id("now"), id("fu"), fu)
    }
    d <- scores(post, "", paste0("L_now_", topics)) - scores(post, "", paste0("L_then_", topics))
    expect_changes(trip, "RPP_INDEX", rowMeans(d, na.rm = TRUE)[rowSums(!is.na(d)) >= 2], nrow(post))
}

expect_results <- function(trip, fu) {
    put <- function(item, metric, value, slice = "all") expect(trip, "fu", slice, item, metric, number(value))
    index <- function(ids) 100 * (rowMeans(scores(fu, "", ids), na.rm = TRUE) - 1) / 4
    gap <- index(c("TR_IND1", "TR_IND2")) - index(c("TR_ORG1", "TR_ORG2"))
    for (slice in c("all", sectors)) {
        x <- gap[!is.na(gap) & (slice == "all" | fu$sector == slice)]
        put("TRANSFER_GAP", "n", length(x), slice)
        if (length(x) >= 1) put("TRANSFER_GAP", "mean", mean(x), slice)
        if (length(x) >= 2) put("TRANSFER_GAP", "sd", sd(x), slice)
    }
    own <- as.numeric(scores(fu, "", "APPL_IND")); org <- as.numeric(scores(fu, "", "APPL_ORG"))
    if (any(own == 1 & !is.na(org), na.rm = TRUE))
        put("UPTAKE", "org_given_ind", mean(org[!is.na(own) & own == 1], na.rm = TRUE))
    made <- as.numeric(scores(fu, "", "HOST_MADE")); kept <- as.numeric(scores(fu, "", "HOST_KEPT"))
    both <- !is.na(made) & !is.na(kept)
    if (sum(made[both]) > 0) put("HOST", "conversion", sum(pmin(kept, made)[both]) / sum(made[both]))
    for (level in c("all", "ind", "org")) {
        item <- paste0("COMMIT_", level)
        all <- commitments[commitments$trip_id == trip & (level == "all" | commitments$level == level), ]
        standing <- subset(all, status != "withdrawn")
        standing$completed <- as.numeric(standing$status == "completed")
        standing$one <- 1
        put(item, "made", nrow(all)); put(item, "completed", sum(standing$completed))
        if (nrow(standing) > 0) put(item, "rate_itt", mean(standing$completed))
        known <- subset(standing, status != "unknown")
        if (nrow(known) > 0) put(item, "rate_known", mean(known$completed))
        if (length(unique(standing$participant_id)) < 3) next
        design <- svydesign(ids = ~participant_id, weights = ~one, data = standing)
        put(item, "rate_itt_se", as.numeric(SE(svyratio(~completed, ~one, design))))
    }
}

for (trip in names(trips)) {
    for (wave in waves) expect_response(trip, wave, frame_of(trip, wave))
    post <- frame_of(trip, "post"); fu <- frame_of(trip, "fu")
    for (id in c("S_PREP1", "S_PREP2", "S_PREP3", "S_PROG1", "S_PROG2", "S_PROG3", "S_PROG4", "P1", "P2"))
        expect_rating(trip, "post", id, post)
    for (id in c("S_FUP1", "S_FUP2")) expect_rating(trip, "fu", id, fu)
    expect_nps(trip, post)
    prog <- paste0("S_PROG", 1:4); nki <- paste0("NKI", 1:3)
    expect_index(trip, "post", "PHASE_programme", prog, 2, post)
    expect_index(trip, "post", "PHASE_preparation", paste0("S_PREP", 1:3), 2, post)
    expect_index(trip, "post", "NKI", nki, 2, post)
    expect_index(trip, "fu", "TRANSFER_IND", c("TR_IND1", "TR_IND2"), 1, fu)
    expect_scale(trip, "PROG", prog, post)
    expect_scale(trip, "NKI", nki, post)
    expect_transfer(trip, fu)
    expect_learning(trip, post, fu)
    expect_results(trip, fu)
    expect_balance(trip)
}
expected <- do.call(rbind, expected)

## Comparison

actual <- read.csv(pipe(paste(shQuote(commandArgs(TRUE)[1]), shQuote(directory))), colClasses = "character")
key <- function(t) paste(t$trip, t$wave, t$slice, t$item, t$metric, sep = "|")
row <- match(key(expected), key(actual))
value <- actual$value[row]
close <- suppressWarnings(abs(as.numeric(value) - as.numeric(expected$value)) <=
                          pmax(expected$tol, expected$tol * abs(as.numeric(expected$value))))
same <- !is.na(row) & ifelse(is.na(close), value == expected$value, close)
same[is.na(same)] <- FALSE
methods <- table(value[grepl("ci_method", expected$metric)])
learned <- sum(expected$wave == "pair")
cat(nrow(expected), "values,", learned, "of learning,", sum(!same), "differ; intervals:",
    paste(names(methods), methods, collapse = ", "), "; omegas:", sum(expected$metric == "rel.omega"), "\n")
if (any(!same)) print(cbind(expected, value, type = actual$type[row])[!same, ])
unlink(directory, recursive = TRUE)
quit(status = if (all(same) && nrow(expected) > 2000 && learned > 1000 && all(c("census", "fpc_t", "stacked_hyper") %in% names(methods))) 0 else 1)
