/**
 * The words of a command that a text prints, as they stand there and without the program's own name, up to where the sentence goes on.
 *
 * @param beginning of the command, such as `vsphere cns repair`
 * @throws Error where the text prints none
 */
export function commandIn(text: string, beginning: string): readonly string[] {
  const at = text.indexOf(`sealift ${beginning}`);
  if (at === -1) throw new Error(`there is no command sealift ${beginning} in: ${text}`);
  const rest = text.slice(at + 'sealift '.length).split(/[.,;`\n]|\s(?:and|then|with|to)\s/, 1)[0] ?? '';
  return rest.trim().split(/\s+/);
}
