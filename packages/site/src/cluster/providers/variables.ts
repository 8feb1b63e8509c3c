/** A variable of components, as clusterctl fills them in: `${NAME}`, `${NAME:=default}`, and with `-`, `=` or `:-` likewise. */
export interface Variable {
  readonly name: string;
  readonly fallback: string | undefined;
}

const form = /\$\{([^}]*)\}/g;
const parts = /^([A-Za-z_][A-Za-z0-9_]*)(?::?[=-](.*))?$/s;

/** Whether a text has a variable. */
export function hasVariable(text: string): boolean {
  return text.includes('${');
}

/**
 * A text with every variable at its default.
 *
 * @returns `open` names the first one that has none, or that is of no form that is known
 */
export function filledIn(text: string): { readonly text: string; readonly open: string | undefined } {
  let open: string | undefined;
  const filled = text.replaceAll(form, (whole, inside: string) => {
    const variable = readVariable(inside);
    if (variable?.fallback !== undefined) return variable.fallback;
    open ??= variable?.name ?? inside;
    return whole;
  });
  if (open === undefined && hasVariable(filled)) open = filled.slice(filled.indexOf('${'), filled.indexOf('${') + 40);
  return { text: filled, open };
}

function readVariable(inside: string): Variable | undefined {
  const [, name, fallback] = parts.exec(inside) ?? [];
  return name === undefined ? undefined : { name, fallback };
}
