# The interviews of the programme and of each trip, from the tables that were imported.

resamples <- 8000

read_table <- function(directory, name)
    read.csv(file.path(directory, paste0(name, ".csv")), colClasses = "character", na.strings = character())

read_interviews <- function(directory) {
    talks <- lapply(c(codes = "codes", interviews = "interviews", segments = "segments", codings = "codings",
                      quotes = "quotes"), function(name) read_table(directory, name))
    people <- talks$interviews[talks$interviews$is_organiser == "no", ]
    talks$people <- people[order(as.numeric(people$sequence)), ]
    coded <- talks$codings[talks$codings$coder == "A" & talks$codings$code != "", ]
    coded <- merge(coded, talks$segments, by = "segment")
    talks$coded <- coded[coded$interview %in% people$interview, ]
    # What each coder who was to code a segment found in it.
    talks$sets <- lapply(talks$segments$segment, function(s) {
        rows <- talks$codings[talks$codings$segment == s, ]
        lapply(split(rows$code, rows$coder), function(codes) codes[codes != ""])
    })
    talks
}

# Bounds of a bootstrap over the units that two coded, drawn anew: each bound lies between the quantiles that a
# resample of 2,000 reaches with its Monte-Carlo error. `delta` is between numbered values.
put_bounds <- function(metric, units, delta) {
    units <- Filter(function(u) length(u) >= 2, units)
    m <- nrow(delta)
    counts <- t(sapply(units, function(u) tabulate(u, m))) # a row a unit
    if (m == 1) counts <- t(counts)
    size <- rowSums(counts)
    own <- rowSums((counts %*% delta) * counts) / (size - 1)
    drawn <- replicate(resamples, {
        times <- tabulate(sample(length(units), replace = TRUE), length(units))
        n <- sum(times * size); total <- colSums(times * counts)
        chance <- sum((total %*% delta) * total) / (n * (n - 1))
        if (chance > 0) 1 - sum(times * own) / n / chance else NA
    })
    error <- 4.5 * sqrt(.025 * .975) * sqrt(1 / 2000 + 1 / resamples)
    reach <- function(p) unname(quantile(drawn, pmin(1, pmax(0, p + c(-error, 0, error))), na.rm = TRUE))
    low <- reach(.025); high <- reach(.975)
    put(paste0(metric, "_lo"), low[2], max(abs(low - low[2])) + TIGHT)
    put(paste0(metric, "_hi"), high[2], max(abs(high - high[2])) + TIGHT)
    list(low = low[2], high = high[2], error = max(abs(low - low[2]), abs(high - high[2])) + TIGHT)
}

# A value with the interval that follows it as rows.
put_alpha <- function(metric, alpha, units, delta) {
    bounds <- put_bounds(metric, units, delta)
    put(metric, alpha, low = bounds$low, high = bounds$high, bounds_tolerance = bounds$error)
}

expect_code_reliability <- function(talks, code) {
    present <- lapply(talks$sets, function(unit) lapply(unit, function(set) code %in% set))
    paired <- Filter(function(u) length(u) >= 2, present)
    ab <- t(sapply(paired, unlist))
    place("int", "all", code, nrow(ab), nrow(ab))
    positive <- sum(rowSums(ab) > 0)
    put_alpha("int.k_alpha", krippendorff(present, nominal), lapply(present, function(u) unlist(u) + 1), 1 - diag(2))
    put("int.k_positive", positive)
    low <- actual_value("int.k_alpha_lo") # checked above
    put("int.k_verdict", if (positive < 5) "not_testable" else if (low >= .8) "reliable" else
        if (low >= .667) "tentative" else "unreliable")
    put("int.pct_agree", mean(ab[, 1] == ab[, 2]))
    kappa <- suppressWarnings(psych::cohen.kappa(ab * 1))$kappa
    put("int.kappa_cohen", kappa)
    agree <- mean(ab[, 1] == ab[, 2]); p <- mean(ab)
    put("int.kappa_fleiss", (agree - p^2 - (1 - p)^2) / (1 - p^2 - (1 - p)^2))
    # Gwet 2008: the share of a category over all units, also of one coder.
    q <- mean(sapply(present, function(u) mean(unlist(u))))
    put("int.ac1", (agree - 2 * q * (1 - q)) / (1 - 2 * q * (1 - q)))
}

word_for <- function(c, M) {
    if (c == 0) "ingen" else if (c == M) "samtliga" else if (c == 1) "n\u00e5gon" else
    if (c == M - 1 || c / M >= .9) "i stort sett samtliga" else if (c / M >= .75) "en \u00f6verv\u00e4gande del" else
    if (c / M > .5) "de flesta" else if (c / M >= .35) "m\u00e5nga" else if (c / M >= .2 && c >= 3) "flera" else "n\u00e5gra"
}

expect_code <- function(talks, code) {
    M <- nrow(talks$people)
    mine <- talks$coded[talks$coded$code == code, ]
    stances <- sapply(split(mine$sentiment, mine$interview), function(views)
        if (all(c("1", "-1") %in% views)) "M" else if ("1" %in% views) "P" else if ("-1" %in% views) "N" else "U")
    count <- length(stances)
    p <- sum(stances == "P") + sum(stances == "M") / 2; q <- sum(stances == "N") + sum(stances == "M") / 2
    place("int", "all", code, M, M)
    put("int.count", count); put("int.mentions", nrow(mine)); put("int.prevalence", count / M)
    put("int.quantifier", word_for(count, M))
    put("int.balance", if (count > 0) (sum(stances == "P") - sum(stances == "N")) / count else null("n0"))
    put("int.disagreement", if (p + q > 0) 2 * min(p, q) / (p + q) else null("no_stance"))
    put("int.divided", as.numeric(p + q > 0 && 2 * min(p, q) / (p + q) >= .5 && min(p, q) >= 2))
    expect_code_reliability(talks, code)
}

expect_saturation <- function(talks, codes) {
    M <- nrow(talks$people)
    seen <- lapply(talks$people$interview, function(id) unique(talks$coded$code[talks$coded$interview == id]))
    growth <- sapply(seq_len(M), function(k) length(unique(unlist(seen[seq_len(k)]))))
    counts <- sapply(codes, function(code) sum(sapply(seen, function(set) code %in% set)))
    place("int", "all", "*", M, M)
    for (k in seq_len(M)) {
        put(sprintf("int.saturation.%02d", k), growth[k])
        put(sprintf("int.accum_exact.%02d", k), sum(1 - phyper(0, counts, M - counts, k)))
    }
    q1 <- sum(counts == 1); q2 <- sum(counts == 2)
    put("int.chao2", sum(counts > 0) + (M - 1) / M * q1 * (q1 - 1) / (2 * (q2 + 1)))
    fresh <- diff(c(0, growth))
    ratios <- sapply(6:M, function(end) sum(fresh[(end - 1):end]) / sum(fresh[1:4]))
    put("int.new_info_b4_r2", ratios[length(ratios)])
    put("int.saturation_reached", if (any(ratios <= .05)) which(ratios <= .05)[1] + 3 else null("not_saturated"))
}

# Values numbered in some order, and the difference of each two.
numbered <- function(units, delta) {
    text <- function(value) paste(sort(value), collapse = "+")
    values <- unique(do.call(c, units)[!duplicated(sapply(do.call(c, units), text))])
    names <- sapply(values, text)
    list(units = lapply(units, function(u) match(sapply(u, text), names)),
         delta = outer(seq_along(values), seq_along(values), Vectorize(function(i, j) delta(values[[i]], values[[j]]))))
}

expect_sets <- function(talks) {
    paired <- sum(lengths(talks$sets) >= 2)
    place("int", "all", "*", paired, paired)
    sets <- lapply(talks$sets, unname)
    for (kind in c("jaccard", "masi")) {
        delta <- get(kind)
        table <- numbered(sets, delta)
        put_alpha(paste0("int.k_alpha_", kind), krippendorff(sets, delta), table$units, table$delta)
    }
    stated <- talks$codings[talks$codings$code != "" & talks$codings$sentiment != "", ]
    views <- split(as.numeric(stated$sentiment), paste(stated$segment, stated$code))
    place("int", "all", "*", sum(lengths(views) >= 2), sum(lengths(views) >= 2))
    put_alpha("int.k_alpha_sentiment", krippendorff(lapply(views, as.list), function(a, b) (a - b)^2),
              lapply(views, function(v) v + 2), outer(1:3, 1:3, function(a, b) (a - b)^2))
    decided <- sum(talks$quotes$approval != "pending"); approved <- sum(talks$quotes$approval == "approved")
    place("int", "all", "*", decided, nrow(talks$quotes))
    put("quote.publishable", approved); put("quote.pending", nrow(talks$quotes) - decided)
    put("quote.approval_rate", approved / decided)
}

expect_interviews <- function(talks) {
    M <- nrow(talks$people)
    place("int", "all", "", M, M)
    put("interviewees", M)
    for (code in talks$codes$code) expect_code(talks, code)
    expect_saturation(talks, talks$codes$code)
    expect_sets(talks)
}

expect_trip_interviews <- function(talks, name) {
    on <- talks$people$interview[sapply(strsplit(talks$people$trips, "|", fixed = TRUE), function(t) name %in% t)]
    place("int", "all", "", length(on), length(on))
    put("interviewees", length(on))
    for (code in talks$codes$code) {
        rows <- talks$coded[talks$coded$code == code & talks$coded$trip == name & talks$coded$interview %in% on, ]
        place("int", "all", code, length(on), length(on))
        put("int.count", length(unique(rows$interview))); put("int.prevalence", length(unique(rows$interview)) / length(on))
    }
}
