# What several scripts here recompute by: nothing in it is debriefd's.

# The exact bounds of how many of N have what x of n have (Buonaccorsi 1987); a tie counts as not greater.
hyper <- function(N, n, x) {
    K <- x:(N - n + x)
    c(min(K[phyper(x - 1, K, N - K, n, lower.tail = FALSE) > .025 + 1e-12]),
      max(K[phyper(x, K, N - K, n) > .025 + 1e-12]))
}

# The standard error of svymean under simple random sampling without replacement.
fpc_se <- function(y, N) {
    design <- survey::svydesign(ids = ~1, data = data.frame(y, N), fpc = ~N)
    as.numeric(survey::SE(survey::svymean(~y, design)))
}

# Low, high and how, of the mean of answers from L to U.
integer_ci <- function(x, L, U, N) {
    n <- length(x)
    if (n == N) return(list(mean(x), mean(x), "census"))
    if (n >= 10 && sd(x) > 0 && max(table(x)) / n < .8) {
        half <- qt(.975, n - 1) * fpc_se(x, N)
        return(list(max(mean(x) - half, (sum(x) + (N - n) * L) / N),
                    min(mean(x) + half, (sum(x) + (N - n) * U) / N), "fpc_t"))
    }
    layers <- sapply((L + 1):U, function(c) hyper(N, n, sum(x >= c)))
    list(L + sum(layers[1, ]) / N, L + sum(layers[2, ]) / N, "stacked_hyper")
}

# The bounds of delta / sqrt(n) by pt.
noncentral <- function(t, n, p)
    suppressWarnings(uniroot(function(d) pt(t, n - 1, d) - p, t + c(-1, 1) * (8 + 4 * abs(t)),
                             tol = 1e-10))$root / sqrt(n)

# The share of all sign patterns whose sum is as far from 0, by convolution person by person.
sign_flips <- function(d) {
    p <- 1; sums <- 0
    for (x in abs(d)) {
        p <- tapply(c(p, p) / 2, c(sums + x, sums - x), sum)
        sums <- as.numeric(names(p)); p <- as.numeric(p)
    }
    sum(p[abs(sums) >= abs(sum(d))])
}

# Krippendorff 2011: pairs within units against pairs of all pairable values.
krippendorff <- function(units, delta) {
    units <- Filter(function(u) length(u) >= 2, units)
    pairs <- function(v) sum(outer(seq_along(v), seq_along(v), Vectorize(function(i, j) delta(v[[i]], v[[j]]))))
    all <- do.call(c, units)
    n <- length(all)
    observed <- sum(sapply(units, function(u) pairs(u) / (length(u) - 1))) / n
    chance <- pairs(all) / (n * (n - 1))
    if (chance == 0) NA else 1 - observed / chance
}
nominal <- function(a, b) as.numeric(a != b)
jaccard <- function(a, b) {
    either <- length(union(a, b))
    if (either == 0) 0 else 1 - length(intersect(a, b)) / either
}
masi <- function(a, b) {
    common <- length(intersect(a, b))
    m <- if (setequal(a, b)) 1 else if (common == min(length(a), length(b))) 2 / 3 else if (common > 0) 1 / 3 else 0
    if (length(union(a, b)) == 0) 0 else 1 - (1 - jaccard(a, b)) * m
}
