import type { Argument, Command, Option } from 'commander';

/** What stands in the place of a value. */
export type ValueKind =
  | { readonly kind: 'file' | 'folder' | 'other' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface OptionNode {
  /** Such as `-o` and `--output`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined where it takes none. */
  readonly value: ValueKind | undefined;
}

/** A command as a shell has to know it. */
export interface CommandNode {
  /** The words that lead to it, without the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionNode[];
  /** In order; the last one again where it may be given several times. */
  readonly arguments: readonly ValueKind[];
}

/** Every command that the help shows, the program itself first. */
export function commandTree(program: Command): readonly CommandNode[] {
  return nodesOf(program, []);
}

function nodesOf(command: Command, path: readonly string[]): readonly CommandNode[] {
  const help = command.createHelp();
  // The help command would lead to everything once more.
  const children = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const node: CommandNode = {
    path,
    commands: children.map((child) => ({ name: child.name(), description: firstSentence(child.description()) })),
    options: visibleOptions(command).map(optionNode),
    arguments: command.registeredArguments.map(argumentKind),
  };
  return [node, ...children.flatMap((child) => nodesOf(child, [...path, child.name()]))];
}

/** Where a command does something without one of its own being named, that one's options are its own too. */
function visibleOptions(command: Command): readonly Option[] {
  const help = command.createHelp();
  const usual = defaultCommandOf(command);
  const of = usual === undefined ? [command] : [command, usual];
  return [...new Map(of.flatMap((one) => help.visibleOptions(one)).map((option) => [option.flags, option])).values()];
}

/** What a command does when none of its own is named (commander's `isDefault`). */
export function defaultCommandOf(command: Command): Command | undefined {
  const { _defaultCommandName: name } = command as Command & { readonly _defaultCommandName?: string | null };
  return command.commands.find((one) => one.name() === name);
}

function optionNode(option: Option): OptionNode {
  const takesValue = option.required || option.optional;
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: firstSentence(option.description),
    value: takesValue ? kindOf(/[<[]([^>\]]+)/.exec(option.flags)?.[1] ?? '', option.argChoices) : undefined,
  };
}

function argumentKind(argument: Argument): ValueKind {
  return kindOf(argument.name(), argument.argChoices);
}

/** By the name that the help gives a value, such as `file`, `release.yaml`, `folder` or `dir`. */
function kindOf(name: string, choices: readonly string[] | undefined): ValueKind {
  if (choices !== undefined && choices.length > 0) return { kind: 'words', words: choices };
  if (/^(?:folder|dir)/.test(name)) return { kind: 'folder' };
  return { kind: /^file|\.yaml$/.test(name) ? 'file' : 'other' };
}

/** Shells show a line. */
function firstSentence(text: string): string {
  const [first = ''] = text.split(/(?<=[.;:])\s/);
  return first.replace(/[.;:]$/, '').replaceAll(/\s+/g, ' ');
}
