import type { CommandNode, ValueKind } from './command-tree.ts';

/** A word of a POSIX shell that means itself. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Functions that bash and zsh read alike: what follows a command, and what the value of an option is. */
export function lookUpFunctions(nodes: readonly CommandNode[]): string {
  const commands = nodes.map(({ path, commands: found }) => [path.join(' '), found.map(({ name }) => name).join(' ')]);
  const values = nodes.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === undefined ? [] : names.map((name) => [`${path.join(' ')} ${name}`, wordOf(value)]),
    ),
  );
  return `_sealift_commands() {
  case "$1" in
${echoes(commands.filter(([, names]) => names !== ''))}
  esac
}

# What the value of an option is; none where it takes none.
_sealift_value() {
  case "$1 $2" in
${echoes(values)}
    *) echo none ;;
  esac
}

# What an argument is, by its place behind the command; the last one stands for those behind it too.
_sealift_argument() {
  case "$1:$2" in
${nodes.flatMap(argumentLines).join('\n')}
  esac
}`;
}

/** A branch of `case` for each row, which answers with a text. */
export function echoes(rows: readonly (readonly string[])[]): string {
  return rows.map(([pattern = '', answer = '']) => `    ${quoted(pattern)}) echo ${quoted(answer)} ;;`).join('\n');
}

function argumentLines({ path, arguments: kinds }: CommandNode): readonly string[] {
  return kinds.map((kind, index) => {
    const place = index === kinds.length - 1 ? '*' : String(index);
    return `    ${quoted(`${path.join(' ')}:`)}${place}) echo ${quoted(wordOf(kind))} ;;`;
  });
}

function wordOf(value: ValueKind): string {
  return value.kind === 'words' ? `words:${value.words.join(' ')}` : value.kind;
}
