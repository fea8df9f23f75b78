# The work of a study's refresh in R, on the rows of a tidy dataset: response, item means with finite-population
# intervals, scale reliability, paired gains with sign flips, network before and after with permutations.
#   families.R DIRECTORY TRIP PERMUTATIONS: prints the milliseconds, without R's start and the reading of files
suppressPackageStartupMessages({library(sna); library(igraph); library(survey); library(psych)})
arguments <- commandArgs(TRUE)
read <- function(name) {
  rows <- read.csv(file.path(arguments[1], paste0(name, ".csv")), stringsAsFactors = FALSE)
  rows[rows$trip_id == arguments[2], ]
}
people <- subset(read("participants"), is_staff == 0 & travelled == 1)
answers <- read("responses")
ties <- read("ties")
rosters <- read("roster_status")
permutations <- as.integer(arguments[3])
N <- nrow(people)

means <- function(wave) for (item in unique(answers$item_id[answers$wave == wave])) {
  x <- answers[answers$wave == wave & answers$item_id == item & !is.na(answers$value), ]
  x$sector <- people$sector[match(x$participant_id, people$participant_id)]
  design <- svydesign(ids = ~1, fpc = rep(N, nrow(x)), data = x)
  confint(svymean(~value, design), df = degf(design))
  for (sector in unique(x$sector)) c(mean(x$value[x$sector == sector]), sd(x$value[x$sector == sector]))
}

wide <- function(items) sapply(items, function(item)
  answers$value[answers$item_id == item][match(people$participant_id, answers$participant_id[answers$item_id == item])])

gain <- function(before, after) {
  d <- na.omit(wide(c(before, after)))
  if (nrow(d) > 2 && sd(d[, 2] - d[, 1]) > 0) {
    change <- d[, 2] - d[, 1]
    t.test(d[, 2], d[, 1], paired = TRUE)
    sums <- replicate(permutations, sum(change * sample(c(-1, 1), length(change), TRUE)))
    mean(abs(sums) >= abs(sum(change)))
  }
}

matrix_of <- function(wave) {
  m <- matrix(NA, N, N, dimnames = list(people$participant_id, people$participant_id))
  whole <- rosters$ego[rosters$wave == wave & rosters$status == "complete"]
  m[rownames(m) %in% whole, ] <- 0
  rows <- ties[ties$wave == wave & ties$ego %in% rownames(m) & ties$alter %in% rownames(m), ]
  m[cbind(rows$ego, rows$alter)] <- rows$value
  diag(m) <- NA
  m
}

structure_of <- function(m) {
  tied <- m >= 2
  g <- graph_from_adjacency_matrix((tied | t(tied)) & !is.na(tied | t(tied)), mode = "undirected", diag = FALSE)
  list(edge_density(g), igraph::components(g)$no, transitivity(g), mean(transitivity(g, "local", isolates = "zero")),
       centr_degree(g, loops = FALSE)$centralization, centr_betw(g)$centralization, mean_distance(g),
       sna::brokerage(ifelse(is.na(tied), 0, tied * 1), people$sector)$raw.gli)
}

ei <- function(m, sector) {
  cross <- outer(sector, sector, "!=")
  tied <- !is.na(m) & m >= 2
  (sum(tied & cross) - sum(tied & !cross)) / sum(tied)
}

started <- proc.time()[["elapsed"]]
for (wave in c("pre", "post", "fu")) means(wave)
invisible(psych::alpha(wide(c("NKI1", "NKI2", "NKI3")), warnings = FALSE, check.keys = FALSE))
for (topic in 1:4) {
  gain(paste0("L_then_T", topic), paste0("L_now_T", topic))
  gain(paste0("L_pre_T", topic), paste0("L_now_T", topic))
}
before <- matrix_of("pre")
after <- matrix_of("fu")
for (m in list(before, after)) {
  structure_of(m)
  replicate(permutations, ei(m, sample(people$sector)))
}
both <- ifelse(is.na(before) | is.na(after), NA, 1)
filled <- list(ifelse(is.na(both), 0, before), ifelse(is.na(both), 0, after))
invisible(sna::qaptest(filled, function(dat, g1, g2, ...) cor(c(dat[g1, , ]), c(dat[g2, , ])), g1 = 1, g2 = 2, reps = permutations))
cat(round(1000 * (proc.time()[["elapsed"]] - started)), "\n")
