import type { CommandNode, ValueKind } from './command-tree.ts';

/** The script that fish reads with `sealift completion fish | source`. */
export function fishCompletion(nodes: readonly CommandNode[]): string {
  const places = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quotedFish(path.join(' ')));
  const withValue = nodes.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === undefined ? [] : names.map((name) => quotedFish(`${path.join(' ')} ${name}`.trim())),
    ),
  );
  return `# Completion of sealift for fish.
set -g __sealift_places ${places.join(' ')}
set -g __sealift_with_value ${withValue.join(' ')}

# Whether the words so far lead to a command.
function __sealift_at
    set -l place ''
    set -l is_value 0
    for word in (commandline -opc)[2..]
        if test $is_value = 1
            set is_value 0
            continue
        end
        set -l next (string trim -- "$place $word")
        if string match -q -- '-*' $word
            contains -- $next $__sealift_with_value; and set is_value 1
        else if contains -- $next $__sealift_places
            set place $next
        end
    end
    test "$place" = "$argv[1]"
end

complete -c sealift -f
${nodes.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, options, arguments: kinds }: CommandNode): readonly string[] {
  const at = `complete -c sealift -n ${quotedFish(`__sealift_at ${quotedFish(path.join(' '))}`)}`;
  const [kind] = kinds;
  return [
    ...commands.map(({ name, description }) => `${at} -a ${quotedFish(name)} -d ${quotedFish(description)}`),
    ...options.map(({ names, description, value }) => {
      const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
      const values = value === undefined ? '' : ` ${valueOf(value)}`;
      return `${at} ${flags.join(' ')}${values} -d ${quotedFish(description)}`;
    }),
    ...(kind === undefined || kind.kind === 'other' ? [] : [`${at} ${argumentOf(kind)}`]),
  ];
}

/** How fish is told of an option's value: \`-r\` takes one, \`-F\` offers files, \`-x\` nothing else. */
function valueOf(value: ValueKind): string {
  if (value.kind === 'file') return '-r -F';
  if (value.kind === 'folder') return `-x -a ${quotedFish('(__fish_complete_directories)')}`;
  return value.kind === 'words' ? `-x -a ${quotedFish(value.words.join(' '))}` : '-x';
}

function argumentOf(value: ValueKind): string {
  if (value.kind === 'file') return '-F';
  if (value.kind === 'folder') return `-a ${quotedFish('(__fish_complete_directories)')}`;
  return value.kind === 'words' ? `-a ${quotedFish(value.words.join(' '))}` : '';
}

function quotedFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
