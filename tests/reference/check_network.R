# Recomputes the network family with R (igraph, sna) from seeded random networks with missing rows, partial rosters
# and skipped alters, and compares with what network_csv prints. Usage: Rscript check_network.R NETWORK_CSV.
# Exit code 77: a package is missing.
for (package in c("igraph", "sna"))
    if (!suppressWarnings(requireNamespace(package, quietly = TRUE))) {
        message("skipped: R package ", package, " is missing")
        quit(status = 77)
    }

directory <- tempfile()
dir.create(directory)
set.seed(20261123)
permutations <- 20000
sectors <- c("politics", "business", "academia", "state")
waves <- c("pre", "fu")

## Networks: a matrix of levels per trip and wave, NA where unobserved

trips <- list(A = c(n = 40, rate = .8), B = c(n = 25, rate = 1), C = c(n = 12, rate = .6), D = c(n = 70, rate = .9),
              E = c(n = 5, rate = .9), F = c(n = 30, rate = .3))
people <- lapply(trips, function(t) sample(sectors, t["n"], TRUE, c(.4, .25, .3, .05)))

draw_levels <- function(sector, before) {
    n <- length(sector)
    same <- outer(sector, sector, "==")
    x <- matrix(sample(0:4, n * n, TRUE, c(.62, .13, .12, .08, .05)), n)
    x <- ifelse(same & runif(n * n) < .15, 3, x)
    if (!is.null(before)) x <- ifelse(matrix(runif(n * n) < .6, n), before, x)
    mutual <- matrix(runif(n * n) < .3, n)
    x <- ifelse(mutual & lower.tri(x), t(x), x)
    diag(x) <- 0
    x
}

levels <- list(); rosters <- list(); written <- list()
for (trip in names(trips)) {
    n <- trips[[trip]]["n"]
    before <- NULL
    for (wave in waves) {
        key <- paste(trip, wave)
        x <- draw_levels(people[[trip]], before)
        before <- x
        kind <- sample(c("complete", "partial", "none"), n, TRUE,
                       c(trips[[trip]]["rate"], (1 - trips[[trip]]["rate"]) * c(.3, .7)))
        skipped <- matrix(runif(n * n) < if (trip == "B") 0 else .03, n)
        listed <- x > 0 | skipped | runif(n * n) < .2
        x[skipped] <- NA
        written[[key]] <- list(level = x, listed = listed)
        x[kind == "partial", ][!listed[kind == "partial", ]] <- NA
        x[kind == "none", ] <- NA
        diag(x) <- NA
        levels[[key]] <- x
        rosters[[key]] <- kind
    }
}

## The files

save <- function(table, name)
    write.csv(table, file.path(directory, name), row.names = FALSE, quote = FALSE, na = "")
each <- function(f) do.call(rbind, lapply(names(trips), f))
id <- function(trip, i) paste0(trip, "-", i)
save(data.frame(trip_id = names(trips)), "trips.csv")
save(each(function(trip) {
    n <- length(people[[trip]])
    data.frame(trip_id = trip, participant_id = id(trip, seq_len(n + 1)), person_id = "x",
               sector = c(people[[trip]], "politics"), is_staff = rep(0:1, c(n, 1)), travelled = 1)
}), "participants.csv")
save(each(function(trip) do.call(rbind, lapply(waves, function(wave) {
    kind <- rosters[[paste(trip, wave)]]
    data.frame(trip_id = trip, wave, ego = id(trip, seq_along(kind)), status = kind)
}))), "roster_status.csv")
save(each(function(trip) do.call(rbind, lapply(waves, function(wave) {
    key <- paste(trip, wave)
    listed <- written[[key]]$listed & rosters[[key]] != "none"
    diag(listed) <- FALSE
    at <- which(listed, arr.ind = TRUE)
    at <- at[sample(nrow(at)), , drop = FALSE]
    data.frame(trip_id = trip, wave, ego = id(trip, at[, 1]), alter = id(trip, at[, 2]),
               value = written[[key]]$level[at])
}))), "ties.csv")

## Expected values

expected <- list()
expect <- function(trip, wave, slice, item, metric, value, tol = 1e-8)
    if (length(value) == 1 && !is.na(value))
        expected[[length(expected) + 1]] <<- data.frame(trip, wave, slice, item, metric, value, tol)

expect_structure <- function(trip, wave, item, x) {
    put <- function(metric, value) expect(trip, wave, "all", item, metric, value)
    tied <- !is.na(x) & x >= 2
    n <- nrow(x)
    if (n == 0) return()
    g <- igraph::graph_from_adjacency_matrix(tied | t(tied), "undirected", diag = FALSE)
    put("edges", igraph::ecount(g)); put("avg_degree", mean(igraph::degree(g)))
    put("isolates", sum(igraph::degree(g) == 0)); put("components", igraph::components(g)$no)
    put("giant_share", max(igraph::components(g)$csize) / n)
    put("transitivity", igraph::transitivity(g, "global"))
    put("avg_local_clustering0", mean(igraph::transitivity(g, "local", isolates = "zero")))
    if (n >= 2) put("density", igraph::edge_density(g))
    if (igraph::ecount(g) > 0) put("avg_path_length", igraph::mean_distance(g, directed = FALSE))
    put("betweenness_max", max(igraph::betweenness(g, directed = FALSE)))
    if (n < 3) return()
    put("degree_centralization", igraph::centr_degree(g, loops = FALSE)$centralization)
    put("degree_centralization", sna::centralization(as.matrix(igraph::as_adjacency_matrix(g)), sna::degree,
                                                     mode = "graph"))
    put("betweenness_centralization", igraph::centr_betw(g, directed = FALSE)$centralization)
}

expect_broker <- function(trip, wave, x, sector, complete) {
    put <- function(metric, value, slice = "all") expect(trip, wave, slice, "net_broker", metric, value)
    R <- sum(complete)
    if (R < 3) return()
    m <- (!is.na(x) & x >= 2)[complete, complete] * 1
    b <- sna::brokerage(m, sector[complete])$raw.nli
    roles <- c("w_I", "w_O", "b_IO", "b_OI", "b_O", "t")
    for (role in roles) put(role, sum(b[, role]))
    for (s in unique(sector[complete])) put("t", sum(b[sector[complete] == s, "t"]), s)
    put("rate", sum(b[, "t"]) / (R * (R - 1) * (R - 2)))
    if (sum(b[, "t"]) > 0) put("cross_role_share", 1 - sum(b[, "w_I"]) / sum(b[, "t"]))
}

ei <- function(tied, sector) {
    cross <- outer(sector, sector, "!=")
    (2 * sum(tied & cross) - sum(tied)) / sum(tied)
}

expect_labels <- function(trip, wave, tied, sector) {
    if (length(sector) < 4 || sum(tied) == 0) return()
    put <- function(metric, value, tol) expect(trip, wave, "all", "net", metric, value, tol)
    null <- replicate(permutations / 10, ei(tied, sample(sector)))
    put("EI_perm_mean", mean(null), 4 * sd(null) / sqrt(length(null)))
    put("EI_perm_sd", sd(null), 5 * sd(null) / sqrt(2 * length(null)) + 1e-8)
    p <- mean(abs(null - mean(null)) >= abs(ei(tied, sector) - mean(null)) - 1e-9)
    put("EI_perm_p", p, 5 * sqrt(max(p * (1 - p), .01) / length(null)))
}

expect_wave <- function(trip, wave, x, sector, kind) {
    put <- function(metric, value, slice = "all") expect(trip, wave, slice, "net", metric, value)
    n <- nrow(x); seen <- !is.na(x); tied <- seen & x >= 2
    cross <- outer(sector, sector, "!=")
    put("egos_complete", sum(kind == "complete")); put("dyads_observed", sum(seen)); put("ties", sum(tied))
    put("density", sna::gden((x >= 2) * 1))
    zero <- x; zero[!seen] <- 0; diag(zero) <- NA
    four <- x; four[!seen] <- 4; diag(four) <- NA
    put("density_lo", sna::gden((zero >= 2) * 1)); put("density_hi", sna::gden((four >= 2) * 1))
    put("density_know", sna::gden((x >= 1) * 1))
    if (sum(tied) > 0) { put("cross_share", sum(tied & cross) / sum(tied)); put("EI", ei(tied, sector)) }
    put("EI_expected", ei(seen, sector))
    both <- seen & t(seen)
    census <- sna::dyad.census(ifelse(both, tied, NA) * 1)
    put("recip_edge", 2 * census[1] / (2 * census[1] + census[2]))
    put("recip_dyad", census[1] / (census[1] + census[2]))
    put("coverage", mean((seen | t(seen))[lower.tri(x)]))
    expect_labels(trip, wave, tied, sector)
    f <- factor(sector, sectors)
    from <- f[row(x)]; to <- f[col(x)]
    mix_ties <- table(from[tied], to[tied]); mix_dyads <- table(from[seen], to[seen])
    for (a in sectors) {
        if (sum(mix_ties[a, ]) > 0) put("EI_out", 1 - 2 * mix_ties[a, a] / sum(mix_ties[a, ]), a)
        for (b in sectors) {
            put("mix_ties", mix_ties[a, b], paste0(a, ">", b))
            put("mix_dyads", mix_dyads[a, b], paste0(a, ">", b))
        }
    }
}

# sna's rmperm permutes rows and columns alike; NA moves along.
expect_qap <- function(trip, x, y, both) {
    x <- x[both, both]; y <- y[both, both]
    if (sum(both) < 3) return()
    r <- function(a, b) { ok <- !is.na(a) & !is.na(b); suppressWarnings(cor(a[ok], b[ok])) }
    observed <- r(x, y)
    if (is.na(observed)) return()
    null <- replicate(permutations / 10, r(x, sna::rmperm(y)))
    p <- mean(is.na(null) | null >= observed - 1e-12)
    expect(trip, "pre>fu", "all", "net", "qap_p", p, 5 * sqrt(max(p * (1 - p), .001) / length(null)))
    if (!anyNA(x[row(x) != col(x)]) && !anyNA(y[row(y) != col(y)])) {
        test <- sna::qaptest(list(x, y), sna::gcor, g1 = 1, g2 = 2, reps = 1000)
        expect(trip, "pre>fu", "all", "net", "qap_p", test$pgreq, 5 * sqrt(.01 / 1000))
        if (all(both)) expect(trip, "pre>fu", "all", "net", "qap_r", sna::gcor(x, y))
    }
}

# The distribution of the sum as a polynomial, multiplied out.
signflip <- function(d) {
    chances <- c("0" = 1)
    for (change in d) {
        sums <- as.numeric(names(chances))
        chances <- tapply(rep(chances / 2, 2), c(sums + change, sums - change), sum)
    }
    sum(chances[abs(as.numeric(names(chances))) >= abs(sum(d))])
}

expect_change <- function(trip, x, y, sector, both) {
    put <- function(metric, value) expect(trip, "pre>fu", "all", "net", metric, value)
    D <- !is.na(x) & !is.na(y); n <- nrow(x)
    a <- (x >= 2)[D]; b <- (y >= 2)[D]; cross <- outer(sector, sector, "!=")[D]
    put("panel_dyads", sum(D)); put("new", sum(!a & b)); put("lost", sum(a & !b)); put("kept", sum(a & b))
    put("new_per_person", mean(!a & b) * (n - 1)); put("lost_per_person", mean(a & !b) * (n - 1))
    put("jaccard", 1 - as.numeric(dist(rbind(a, b), "binary"))); put("retention", mean(b[a]))
    put("density_before", mean(a)); put("density_after", mean(b))
    put("new_cross_share", mean(cross[!a & b])); put("new_cross_expected", mean(cross[!a]))
    put("strengthened", mean((y > x)[D][a & x[D] < 4])); put("weakened", mean((y < x)[D][a]))
    put("qap_r", suppressWarnings(cor(x[D], y[D])))
    change <- rowSums(ifelse(D, (y >= 2) - (x >= 2), 0))[both]
    put("ego_n", sum(both))
    if (sum(both) < 2) return()
    put("ego_change_mean", mean(change)); put("ego_change_sd", sd(change))
    put("ego_change_signflip_p", signflip(change))
}

for (trip in names(trips)) {
    sector <- people[[trip]]
    x <- levels[[paste(trip, "pre")]]; y <- levels[[paste(trip, "fu")]]
    both <- rosters[[paste(trip, "pre")]] == "complete" & rosters[[paste(trip, "fu")]] == "complete"
    for (wave in waves) {
        z <- levels[[paste(trip, wave)]]; kind <- rosters[[paste(trip, wave)]]
        expect_wave(trip, wave, z, sector, kind)
        expect_structure(trip, wave, "net_recon", z)
        expect_structure(trip, wave, "net_panel", z[both, both, drop = FALSE])
        expect_broker(trip, wave, z, sector, kind == "complete")
    }
    expect_change(trip, x, y, sector, both)
    expect_qap(trip, x, y, both)
}
expected <- do.call(rbind, expected)

## Comparison

command <- paste(shQuote(commandArgs(TRUE)[1]), shQuote(directory), permutations, 20261123)
actual <- read.csv(pipe(command), colClasses = "character")
key <- function(t) paste(t$trip, t$wave, t$slice, t$item, t$metric, sep = "|")
row <- match(key(expected), key(actual))
value <- suppressWarnings(as.numeric(actual$value[row]))
same <- !is.na(value) & abs(value - expected$value) <= pmax(expected$tol, expected$tol * abs(expected$value))
covered <- unique(actual$metric[actual$type == "number"])
missing <- setdiff(covered, expected$metric)
cat(nrow(expected), "values,", sum(!same), "differ;", length(covered), "metrics, not recomputed:", missing, "\n")
if (any(!same)) print(cbind(expected, actual = actual$value[row])[!same, ])
unlink(directory, recursive = TRUE)
quit(status = if (all(same) && nrow(expected) > 800 && length(missing) == 0) 0 else 1)
