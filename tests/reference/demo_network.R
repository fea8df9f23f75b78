# Networks of one trip: igraph for structure, sna for density, brokerage, the dyad census and permutations of rows.

permutations <- 4000

# What everybody answered about everybody else, NA where it is not known, and what kind of roster each gave.
read_network <- function(trip, wave) {
    ids <- trip$delegates$id
    x <- matrix(NA_real_, length(ids), length(ids), dimnames = list(ids, ids))
    kind <- setNames(rep("none", length(ids)), ids)
    for (id in ids) {
        roster <- trip[[wave]]$answers[[id]]$ROSTER
        if (is.null(roster) || is_missing(roster)) next
        kind[id] <- if (isFALSE(roster$complete)) "partial" else "complete"
        if (kind[id] == "complete") x[id, ] <- 0
        for (other in setdiff(names(roster), "complete"))
            x[id, other] <- if (is.null(roster[[other]])) NA else roster[[other]]
    }
    diag(x) <- NA
    list(x = x, kind = kind)
}

expect_structure <- function(x) {
    tied <- !is.na(x) & x >= 2
    n <- nrow(x)
    g <- igraph::graph_from_adjacency_matrix(tied | t(tied), "undirected", diag = FALSE)
    path <- igraph::mean_distance(g, directed = FALSE)
    put("edges", igraph::ecount(g)); put("avg_degree", mean(igraph::degree(g))); put("density", igraph::edge_density(g))
    put("isolates", sum(igraph::degree(g) == 0)); put("components", igraph::components(g)$no)
    put("giant_share", max(igraph::components(g)$csize) / n)
    put("transitivity", igraph::transitivity(g, "global"))
    put("avg_local_clustering0", mean(igraph::transitivity(g, "local", isolates = "zero")))
    put("avg_path_length", path)
    put("betweenness_max", max(igraph::betweenness(g, directed = FALSE)))
    put("betweenness_centralization", igraph::centr_betw(g, directed = FALSE)$centralization)
    put("degree_centralization",
        sna::centralization(as.matrix(igraph::as_adjacency_matrix(g)), sna::degree, mode = "graph"))
}

expect_brokers <- function(wave, x, sector, complete) {
    R <- sum(complete)
    b <- sna::brokerage((!is.na(x) & x >= 2)[complete, complete] * 1, sector[complete])$raw.nli
    total <- sum(b[, "t"])
    place(wave, "all", "net_broker", R, length(sector))
    for (role in c("w_I", "w_O", "b_IO", "b_OI", "b_O", "t")) put(role, sum(b[, role]))
    put("rate", total / (R * (R - 1) * (R - 2))); put("cross_role_share", 1 - sum(b[, "w_I"]) / total)
    for (s in sectors) {
        place(wave, s, "net_broker", R, length(sector))
        put("t", sum(b[sector[complete] == s, "t"]))
    }
}

ei <- function(tied, sector) {
    cross <- outer(sector, sector, "!=")
    (2 * sum(tied & cross) - sum(tied)) / sum(tied)
}

# Moments of E-I over all labellings from the chances of two, three and four people in one or two sectors.
label_moments <- function(tied, sector) {
    w <- tied + t(tied); w[lower.tri(w)] <- 0
    d <- rowSums(tied) + colSums(tied)
    falling <- function(m, k) prod(m - seq_len(k) + 1)
    n <- table(sector); N <- sum(n)
    sums <- function(k) sum(sapply(n, falling, k))
    P2 <- sums(2) / falling(N, 2); P3 <- sums(3) / falling(N, 3)
    pairs <- sapply(n, falling, 2)
    P4 <- (sums(4) + sum(pairs)^2 - sum(pairs^2)) / falling(N, 4)
    S0 <- sum(w); S2 <- sum(w^2)
    mean <- S0 * P2
    square <- S2 * P2 + (sum(d^2) - 2 * S2) * P3 + (S0^2 + S2 - sum(d^2)) * P4
    c((S0 - 2 * mean) / S0, 2 * sqrt(square - mean^2) / S0)
}

# A share of permutations, drawn here and there: within five standard errors of both.
put_chance <- function(metric, p, n = at$n)
    put(metric, p, 5 * sqrt(max(p * (1 - p), 1 / permutations) * (1 / permutations + 1 / 10000)) + 1e-4, n = n)

expect_labels <- function(tied, sector) {
    moments <- label_moments(tied, sector)
    put("EI_perm_mean", moments[1]); put("EI_perm_sd", moments[2])
    drawn <- replicate(permutations, ei(tied, sample(sector)))
    stopifnot(abs(mean(drawn) - moments[1]) < 5 * sd(drawn) / sqrt(permutations))
    put_chance("EI_perm_p", mean(abs(drawn - moments[1]) >= abs(ei(tied, sector) - moments[1]) - 1e-9))
}

expect_mixing <- function(wave, x, sector, kind) {
    seen <- !is.na(x); tied <- seen & x >= 2
    f <- factor(sector, sectors)
    ties <- table(f[row(x)[tied]], f[col(x)[tied]]); dyads <- table(f[row(x)[seen]], f[col(x)[seen]])
    for (a in sectors) {
        answering <- sum(kind != "none" & sector == a)
        place(wave, a, "net", answering, length(sector))
        put("EI_out", if (sum(ties[a, ]) > 0) 1 - 2 * ties[a, a] / sum(ties[a, ]) else null("no_ties"))
        for (b in sectors) {
            place(wave, paste0(a, ">", b), "net", answering, sum(sector == b))
            put("mix_ties", ties[a, b]); put("mix_dyads", dyads[a, b])
        }
    }
}

expect_wave <- function(wave, network, sector) {
    x <- network$x; kind <- network$kind
    n <- nrow(x); seen <- !is.na(x); tied <- seen & x >= 2; cross <- outer(sector, sector, "!=")
    zero <- x; zero[!seen] <- 0; diag(zero) <- NA
    four <- x; four[!seen] <- 4; diag(four) <- NA
    worst <- c(sna::gden((zero >= 2) * 1), sna::gden((four >= 2) * 1))
    both <- seen & t(seen)
    census <- sna::dyad.census(ifelse(both, tied, NA) * 1)
    place(wave, "all", "net", sum(kind != "none"), n)
    put("egos_complete", sum(kind == "complete")); put("dyads_observed", sum(seen)); put("ties", sum(tied))
    put("density", sna::gden((x >= 2) * 1), low = worst[1], high = worst[2])
    put("density_lo", worst[1]); put("density_hi", worst[2]); put("density_know", sna::gden((x >= 1) * 1))
    put("cross_share", sum(tied & cross) / sum(tied)); put("EI", ei(tied, sector)); put("EI_expected", ei(seen, sector))
    put("recip_edge", 2 * census[1] / (2 * census[1] + census[2])); put("recip_dyad", census[1] / (census[1] + census[2]))
    put("coverage", mean((seen | t(seen))[lower.tri(x)]))
    expect_labels(tied, sector)
    expect_mixing(wave, x, sector, kind)
}

# sna's rmperm permutes rows and columns alike; NA moves along.
expect_qap <- function(x, y, both) {
    x <- x[both, both]; y <- y[both, both]
    r <- function(a, b) { ok <- !is.na(a) & !is.na(b); suppressWarnings(cor(a[ok], b[ok])) }
    observed <- r(x, y)
    drawn <- replicate(permutations, r(x, sna::rmperm(y)))
    put_chance("qap_p", mean(is.na(drawn) | drawn >= observed - 1e-12), n = sum(both))
}

expect_change <- function(x, y, sector, both) {
    D <- !is.na(x) & !is.na(y); n <- nrow(x)
    a <- (x >= 2)[D]; b <- (y >= 2)[D]; cross <- outer(sector, sector, "!=")[D]
    place("pre>fu", "all", "net", sum(rowSums(D) > 0), n)
    put("panel_dyads", sum(D)); put("new", sum(!a & b)); put("lost", sum(a & !b)); put("kept", sum(a & b))
    put("new_per_person", mean(!a & b) * (n - 1)); put("lost_per_person", mean(a & !b) * (n - 1))
    put("jaccard", 1 - as.numeric(dist(rbind(a, b), "binary"))); put("retention", mean(b[a]))
    put("density_before", mean(a)); put("density_after", mean(b))
    put("new_cross_share", mean(cross[!a & b])); put("new_cross_expected", mean(cross[!a]))
    put("strengthened", mean((y > x)[D][a & x[D] < 4])); put("weakened", mean((y < x)[D][a]))
    put("qap_r", cor(x[D], y[D]))
    expect_qap(x, y, both)
    change <- rowSums(ifelse(D, (y >= 2) - (x >= 2), 0))[both]
    place("pre>fu", "all", "net", sum(both), n)
    put("ego_n", sum(both)); put("ego_change_mean", mean(change)); put("ego_change_sd", sd(change))
    put("ego_change_signflip_p", sign_flips(change))
}

expect_network <- function(trip) {
    sector <- trip$delegates$sector
    networks <- list(pre = read_network(trip, "pre"), fu = read_network(trip, "fu"))
    both <- networks$pre$kind == "complete" & networks$fu$kind == "complete"
    for (wave in names(networks)) {
        network <- networks[[wave]]
        expect_wave(wave, network, sector)
        place(wave, "all", "net_recon", sum(network$kind != "none"), length(sector))
        expect_structure(network$x)
        place(wave, "all", "net_panel", sum(both), length(sector))
        expect_structure(network$x[both, both])
        expect_brokers(wave, network$x, sector, network$kind == "complete")
    }
    expect_change(networks$pre$x, networks$fu$x, sector, both)
}
