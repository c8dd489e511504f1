#!/bin/bash
# What must hold before a commit: layout, static analysis, clean text. By default it looks at the files that differ
# from the main branch (committed or not); --all looks at every file. Uses build/release/compile_commands.json.
#   scripts/lint.sh [--all] [--quick]      --quick leaves static analysis out: seconds instead of minutes
# As a git hook: printf '#!/bin/sh\nexec scripts/lint.sh --quick\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
set -uo pipefail
cd "$(git rev-parse --show-toplevel)" || exit 1
all=no quick=no
for word in "$@"; do
  case $word in
    --all) all=yes ;;
    --quick) quick=yes ;;
    *) echo "usage: scripts/lint.sh [--all] [--quick]" >&2; exit 2 ;;
  esac
done
bad=0

base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
if [ $all = yes ]; then
  mapfile -t files < <(git ls-files)
else
  mapfile -t files < <({ git diff --name-only --diff-filter=d "$base"; git ls-files --others --exclude-standard; } | sort -u)
fi
mapfile -t code < <(printf '%s\n' "${files[@]}" | grep -E '\.(cpp|h|hpp|c)$')
mapfile -t units < <(printf '%s\n' "${code[@]}" | grep -E '\.cpp$' | grep -v '^tests/install/')
text=()
for file in "${files[@]}"; do
  [ -f "$file" ] && [ ! -L "$file" ] && case $file in fuzz/corpus/*|LICENSE) ;; *) grep -Iq . "$file" && text+=("$file") ;; esac
done
echo "lint: ${#files[@]} files, ${#code[@]} of them code"

if [ ${#code[@]} -gt 0 ]; then
  clang-format --dry-run -Werror "${code[@]}" || { echo "lint: run make format"; bad=1; }
fi

if [ ${#text[@]} -gt 0 ]; then
  grep -nE '[[:blank:]]+$' "${text[@]}" /dev/null && { echo "lint: blanks at the end of a line"; bad=1; }
  grep -nP '\t' "${text[@]}" /dev/null | grep -vE '^(Makefile|[^:]*\.mk|[^:]*\.go|[^:]*\.tsv|[^:]*/out|[^:]*\.out):' \
    && { echo "lint: tabs"; bad=1; }
  grep -nE '^(<<<<<<<|>>>>>>>|=======)( |$)' "${text[@]}" /dev/null && { echo "lint: conflict marks"; bad=1; }
  for file in "${text[@]}"; do
    [ -z "$(tail -c 1 "$file")" ] || case $file in tests/cli/*/rc) ;; *) echo "$file: no newline at the end"; bad=1 ;; esac
  done
  big=$(find "${files[@]}" -maxdepth 0 -size +1024k 2>/dev/null)
  [ -z "$big" ] || { echo "lint: larger than 1 MiB: $big"; bad=1; }
fi

if command -v shellcheck >/dev/null; then
  mapfile -t shell < <(for file in "${text[@]}"; do head -n 1 "$file" | grep -qE '^#!/bin/(ba)?sh' && echo "$file"; done)
  [ ${#shell[@]} -eq 0 ] || shellcheck -x "${shell[@]}" || bad=1
fi

tidy=$(command -v clang-tidy-19 || command -v clang-tidy || true)
if [ $quick = no ] && [ -n "$tidy" ] && [ ${#units[@]} -gt 0 ]; then
  echo "lint: ${tidy##*/} on ${#units[@]} files …"
  printf '%s\0' "${units[@]}" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" \
    "$tidy" -p build/release --quiet --extra-arg=-Wno-unknown-warning-option 2> >(grep -vE 'warnings (generated|treated)|^Suppressed|^Use -header' >&2) || bad=1
fi
[ $bad = 0 ] && echo "lint: clean"
exit $bad
