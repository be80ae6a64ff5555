# Sourced by tests/run: runs suites one after the other, counts what they print, and sums up.
# shellcheck shell=bash

rows=()
total_passed=0
total_failed=0
declare -A met=()

# suite_head NAME KEY: the value of a `#: KEY VALUE` line of the suite.
suite_head() {
  sed -n "s/^#: $2 //p" "tests/suites/$1"
}

# run_suite NAME: meets its needs, runs it within its limit, prefixes and keeps every line, counts.
run_suite() {
  local name="$1" log="$work/$1.log" started=$SECONDS status=0 reason='' need
  : >"$log"
  for need in $(suite_head "$name" needs); do
    [ -n "${met[$need]:-}" ] || meet "$name" "$need"
    [ "${met[$need]}" = yes ] || { reason="$need could not be had"; break; }
  done
  if [ -z "$reason" ]; then
    run_limited "$name" "$(suite_head "$name" limit)" || status=$?
    [ "$status" -ne 124 ] && [ "$status" -ne 137 ] || reason="stopped after $(suite_head "$name" limit) s"
    [ "$status" -eq 0 ] || [ -n "$reason" ] || reason="exit $status"
  fi

  local passed failed skipped
  read -r passed failed skipped < <(count_results "$log")
  if [ -z "$reason" ] && [ $((passed + failed)) -eq 0 ]; then
    reason='ran nothing'
  fi
  # A suite that failed without a failed check of its own counts as one.
  [ -z "$reason" ] || [ "$failed" -gt 0 ] || failed=1
  [ "$failed" -eq 0 ] || [ -n "$reason" ] || reason='failed checks'
  total_passed=$((total_passed + passed))
  total_failed=$((total_failed + failed))
  rows+=("$(printf '%-16s %-6s %7d %7d %8d %8d  %s' "$name" "$([ -z "$reason" ] && echo ok || echo FAILED)" \
    "$passed" "$failed" "$skipped" $((SECONDS - started)) "$reason")")
}

# meet SUITE NEED: tries once per run; in this shell, because a need exports variables.
meet() {
  local out
  exec {out}> >(sed -u "s/^/[$1] /")
  if "need_$2" >&"$out" 2>&1; then met[$2]=yes; else met[$2]=no; fi
  exec {out}>&-
}

# run_limited NAME SECONDS: the suite's exit code; 124 when it was stopped.
run_limited() {
  local out prefix_pid status=0 tries=50
  exec {out}> >(tee "$work/$1.log" | sed -u "s/^/[$1] /")
  prefix_pid=$!
  timeout --kill-after=20 "$2" "tests/suites/$1" >&"$out" 2>&1 {out}>&- &
  suite_pid=$!
  wait "$suite_pid" || status=$?
  suite_pid=''
  exec {out}>&-
  while kill -0 "$prefix_pid" 2>/dev/null && [ "$tries" -gt 0 ]; do # until the last line is printed
    sleep 0.1
    tries=$((tries - 1))
  done
  return "$status"
}

# Adds up the closing lines of cargo nextest, cargo test and our own scripts: "PASSED FAILED SKIPPED".
count_results() {
  awk '
    function number_before(word,   n) {
      n = match($0, "[0-9]+ " word)
      return n ? substr($0, RSTART, RLENGTH) + 0 : 0
    }
    /^ *Summary \[/ || /^test result: / || /^[0-9]+ passed, [0-9]+ failed$/ {
      passed += number_before("passed")
      failed += number_before("failed") + number_before("timed out") + number_before("exec failed")
      skipped += number_before("skipped") + number_before("ignored")
    }
    END { print passed + 0, failed + 0, skipped + 0 }' "$1"
}

# The table, and the closing line. Non-zero when anything failed.
print_summary() {
  printf '\n%-16s %-6s %7s %7s %8s %8s\n' suite result passed failed skipped seconds
  printf '%s\n' "${rows[@]}"
  printf '\n%d passed, %d failed\n' "$total_passed" "$total_failed"
  [ "$total_failed" -eq 0 ] && [ "$total_passed" -gt 0 ]
}
