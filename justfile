# Short names for the project's commands; each recipe is one command that works without just.

# Start everything on the embedded default.
run:
    cargo run

# The whole test command.
test:
    tests/run

# What must pass before anything lands.
ci:
    .ci/run

# The page query beside a bare handler and Mercurius.
bench:
    tests/load/page

# Format everything.
fmt:
    cargo fmt --all
