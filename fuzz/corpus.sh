#!/bin/sh
# Fills fuzz/corpus with what the repository has: rule sets, examples from the documents, events.
set -eu
cd "$(dirname "$0")/.."
to=fuzz/corpus
mkdir -p $to/yaml $to/expression $to/route $to/scanner

# Rule files, good ones and bad ones.
find rules tests/cases -name '*.yaml' | while read -r file; do
  cp "$file" "$to/yaml/$(echo "$file" | tr '/' '-')"
done

# The YAML of the documents, and of the pages about each code.
find docs src/diagnostic/pages -name '*.md' | while read -r file; do
  awk -v to="$to/yaml/$(basename "$file" .md)" '
    /^```yaml/ { inside = 1; name = to "-" ++n; next }
    /^```/ { if (inside) close(name); inside = 0 }
    inside { print > name }
  ' "$file"
done

# Conditions of all of these, and what stands between backticks and looks like a call.
{
  cat $to/yaml/* | sed -n 's/^.*when: *//p' | sed 's/, [a-z_]*: .*$//; s/ #.*$//'
  cat docs/*.md | grep -o '`[^`]*[(?=<>][^`]*`' | tr -d '`'
  grep -rhoE '\("([^"\\]|\\.)*", "' src/expr/functions | sed 's/^("//; s/", "$//; s/\\"/"/g; s/\\\\/\\/g'
} | sort -u | awk -v to="$to/expression/" '{ name = to NR; printf "%s", $0 > name; close(name) }'

# Rules, a zero byte, some events.
for file in rules/*/rules.yaml tests/cases/regressions/*/rules.yaml; do
  folder=$(dirname "$file")
  name=$to/route/$(basename "$folder")
  events=$folder/events.ndjson
  [ -f "$events" ] || continue
  { cat "$file"; printf '\0'; head -n 5 "$events"; } > "$name"
  head -n 20 "$events" | awk -v to="$to/scanner/$(basename "$folder")-" '{ name = to NR; printf "%s", $0 > name; close(name) }'
done
