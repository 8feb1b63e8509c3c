import type { CommandNode } from './command-tree.ts';
import { echoes, lookUpFunctions } from './shell-cases.ts';

/** The script that bash reads with `source <(sealift completion bash)`. Needs nothing but bash 4. */
export function bashCompletion(nodes: readonly CommandNode[]): string {
  return `# Completion of sealift for bash.
_sealift() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="" path="" word="" position=0 index kind
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    # bash takes --name=value apart.
    [[ $word == "=" ]] && continue
    if [[ -n $before && $(_sealift_value "$path" "$before") != none ]]; then
      before=""
      continue
    fi
    before=""
    if [[ $word == -* ]]; then
      before="$word"
    elif [[ " $(_sealift_commands "$path") " == *" $word "* ]]; then
      path="\${path:+$path }$word"
    else
      position=$((position + 1))
    fi
  done
  [[ $current == "=" ]] && current=""
  if [[ -n $before ]]; then
    kind="$(_sealift_value "$path" "$before")"
    if [[ $kind != none ]]; then
      _sealift_reply "$kind" "$current"
      return
    fi
  fi
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_sealift_options "$path")" -- "$current")
    return
  fi
  local commands
  commands="$(_sealift_commands "$path")"
  if [[ -n $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
    return
  fi
  _sealift_reply "$(_sealift_argument "$path" "$position")" "$current"
}

_sealift_reply() {
  case "$1" in
    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    folder) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    words:*) mapfile -t COMPREPLY < <(compgen -W "\${1#words:}" -- "$2") ;;
  esac
}

${lookUpFunctions(nodes)}

_sealift_options() {
  case "$1" in
${echoes(nodes.map(({ path, options }) => [path.join(' '), options.flatMap(({ names }) => names).join(' ')]))}
  esac
}

complete -F _sealift sealift
`;
}
