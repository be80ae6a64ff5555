# `just` lists these. Each is one command that also works without just.

_default:
    @just --list

# the server with a simulated Entra cloud, on 127.0.0.1:8080
run *ARGS:
    cargo run -- {{ARGS}}

# everything, or `just test --only wire`
test *ARGS:
    tests/run {{ARGS}}

# what a change must pass
ci:
    .ci/run

# the page query beside a bare handler and Mercurius
bench *ARGS:
    tests/load/page {{ARGS}}

# format, and the generated SDL
fmt:
    cargo fmt --all
    cargo run --quiet -- schema > schema.graphql
