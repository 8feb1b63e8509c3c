import type { Argument, Command, Option } from 'commander';
import { buildProgram } from '../../packages/cli/src/program.ts';
import { testContext } from '../../packages/cli/src/testing/test-context.ts';
import type { GeneratedFile } from './generated-file.ts';

/** `docs/reference/cli.md`: every command with its arguments and options, from the command tree itself. */
export function cliPage(): GeneratedFile {
  const program = buildProgram(testContext().context);
  const text = `# Command line

\`sealift\` prints results on standard output, and progress and remarks on standard error. [errors.md](errors.md) lists the exit code
of each failure. This page is made from the command tree by \`npm run generate\`.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | usage or environment: an option, a file, a registry, the console; of \`merge\`: conflicts are left |
| 2 | integrity, signature or bad input |
| 3 | done, and not as wished: an upgrade is blocked or did not succeed; with \`status --check\` the console is not healthy |
| 4 | incomplete: of an upload or a sync some of it could not be taken |
| 70 | a failure that nobody foresaw (\`INTERNAL\`); with \`SEALIFT_DEBUG=1\` its cause is printed |
| 130 | stopped on request |

${sections(program, program.name()).join('\n')}`;
  return { path: 'docs/reference/cli.md', text };
}

function sections(command: Command, name: string): string[] {
  const children = command.commands.filter((child) => child.name() !== 'help');
  return [section(command, name, children), ...children.flatMap((child) => sections(child, `${name} ${child.name()}`))];
}

function section(command: Command, name: string, children: readonly Command[]): string {
  const parts = [`## ${name}`, command.description()];
  parts.push(['```', `${name} ${command.usage()}`, '```'].join('\n'));
  if (children.length > 0) {
    const rows = children.map(
      (child) => `| [${child.name()}](#${anchor(`${name} ${child.name()}`)}) | ${cell(child.description())} |`,
    );
    parts.push(['| command | what it does |', '|---|---|', ...rows].join('\n'));
  }
  const rows = [
    ...command.registeredArguments.map((argument) => row(shown(argument), argument)),
    ...command.options.filter(({ hidden }) => !hidden).map((option) => row(option.flags, option)),
  ];
  if (rows.length > 0) parts.push(['| argument or option | meaning |', '|---|---|', ...rows].join('\n'));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function shown(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function row(flags: string, described: Argument | Option): string {
  const { description, argChoices, defaultValue, defaultValueDescription } = described;
  const isMandatory = 'mandatory' in described && described.mandatory;
  const notes = [
    ...(isMandatory ? ['required'] : []),
    ...(argChoices === undefined ? [] : [`one of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`]),
    ...(defaultValue === undefined || defaultValue === false
      ? []
      : [`default ${defaultValueDescription ?? `\`${JSON.stringify(defaultValue)}\``}`]),
  ];
  return `| \`${flags.replaceAll('|', '\\|')}\` | ${cell(description)}${notes.length > 0 ? ` (${notes.join('; ')})` : ''} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}

function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}
