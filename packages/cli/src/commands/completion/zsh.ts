import type { CommandNode } from './command-tree.ts';
import { lookUpFunctions, quoted } from './shell-cases.ts';

/** The script that zsh reads with `source <(sealift completion zsh)`, or out of a file `_sealift` in its `fpath`. */
export function zshCompletion(nodes: readonly CommandNode[]): string {
  return `#compdef sealift
# Completion of sealift for zsh.
_sealift() {
  local place="" word before="" kind
  local -i index position=0
  local -a items
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    if [[ -n $before ]]; then
      kind="$(_sealift_value "$place" "$before")"
      before=""
      [[ $kind != none ]] && continue
    fi
    if [[ $word == -* ]]; then
      before="$word"
    elif [[ " $(_sealift_commands "$place") " == *" $word "* ]]; then
      place="\${place:+$place }$word"
    else
      position+=1
    fi
  done
  if [[ -n $before ]]; then
    kind="$(_sealift_value "$place" "$before")"
    if [[ $kind != none ]]; then
      _sealift_reply "$kind"
      return
    fi
  fi
  if [[ \${words[CURRENT]} == -* ]]; then
    case "$place" in
${nodes.map(({ path, options }) => `      ${quoted(path.join(' '))}) items=(${options.flatMap(({ names, description }) => names.map((name) => item(name, description))).join(' ')}) ;;`).join('\n')}
    esac
    _describe -o option items
    return
  fi
  case "$place" in
${nodes
  .filter(({ commands }) => commands.length > 0)
  .map(
    ({ path, commands }) =>
      `    ${quoted(path.join(' '))}) items=(${commands.map(({ name, description }) => item(name, description)).join(' ')}) ;;`,
  )
  .join('\n')}
  esac
  if (( \${#items} > 0 )); then
    _describe command items
    return
  fi
  _sealift_reply "$(_sealift_argument "$place" "$position")"
}

_sealift_reply() {
  case "$1" in
    file) _files ;;
    folder) _files -/ ;;
    words:*) compadd -- \${(s: :)1#words:} ;;
  esac
}

${lookUpFunctions(nodes)}

if [[ \${funcstack[1]} == _sealift ]]; then
  _sealift "$@"
else
  compdef _sealift sealift
fi
`;
}

/** An entry of \`_describe\`: a colon divides the word from what it means. */
function item(word: string, description: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${description}`);
}
