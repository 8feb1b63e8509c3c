/** An image that something of a release names and needs. */
export interface NamedImage {
  /** Any of these does; there is more than one only where a chart leaves the tag to its own version. */
  readonly anyOf: readonly string[];
  /** Values name it without a registry: a template may put one, and a path, in front. */
  readonly mayBePrefixed?: boolean;
  /** What names it: a file, and where in it. */
  readonly place: string;
}

/** Somewhere an image may be named, without it being known which. */
export interface UncertainImage {
  readonly place: string;
  /** What stands there, shortened. */
  readonly text: string;
  readonly why: UncertainReason;
}

/** Why an image is not demanded. */
export type UncertainReason =
  /** Only rendering with the values of a site tells. */
  | 'template'
  /** Belongs to a part that is switched off by default, or that only a test runs. */
  | 'disabled'
  /** The file or the text is not readable as what it should be. */
  | 'unreadable';

/** Stands for a macro while a text is read as YAML. */
const macroStandIn = 'sealift__macro__';

/** Longer than any image reference; what is longer is not looked at more closely. */
export const maxImageLength = 500;

/** What was found, in the order in which it stands there. */
export class Findings {
  readonly named: NamedImage[] = [];
  readonly uncertain: UncertainImage[] = [];

  /** Notes an image under all the names that it may have; a text that is no image reference is uncertain. */
  name(place: string, ...anyOf: readonly string[]): void {
    const [first = ''] = anyOf;
    if (anyOf.every((text) => text.length <= maxImageLength && imageForm.test(text) && !holdsTemplate(text)))
      this.named.push({ anyOf, place });
    else this.doubt(place, first, holdsTemplate(first) ? 'template' : 'unreadable');
  }

  doubt(place: string, text: string, why: UncertainReason): void {
    this.uncertain.push({ place, text: text.slice(0, 200).replaceAll(macroStandIn, '{{ … }}').slice(0, 120), why });
  }

  /** Takes over what was found in a part; what a switched-off part names is only uncertain. */
  add(found: Findings, disabled = false): void {
    this.uncertain.push(...found.uncertain);
    if (!disabled) this.named.push(...found.named);
    else for (const { anyOf, place } of found.named) this.doubt(place, anyOf[0] ?? '', 'disabled');
  }
}

/** An image reference by its look: `[host[:port]/]path[:tag][@digest]` (distribution's reference grammar). */
const imageForm =
  /^(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** Whether a text outside a list of containers is meant as an image: it has a tag, a digest, or a path. */
export function looksLikeImage(text: string): boolean {
  return (
    text.length <= maxImageLength &&
    imageForm.test(text) &&
    !holdsTemplate(text) &&
    (/[:@]/.test(text) || /\/.+/.test(text))
  );
}

/**
 * Puts a plain word in the place of every `{{ … }}`, and nothing where it has a line for itself, so that what is left can be
 * read as YAML. Lines stay where they are.
 */
export function maskMacros(text: string): string {
  if (!text.includes('{{')) return text;
  return text
    .replace(/^[ \t]*\{\{[^{}\n]*\}\}[ \t]*$/gm, '')
    .replace(/\{\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\}/g, macroStandIn);
}

/** Whether a text holds a macro, masked or not. */
export function holdsTemplate(text: string): boolean {
  return text.includes(macroStandIn) || text.includes('{{');
}

const maxOpenBrackets = 1000;

/**
 * Whether so many brackets stand open in a text that reading it as YAML would take minutes: the parser's time grows with the
 * square of the depth. Brackets in texts and comments count too, which nobody leaves open by the thousand.
 */
export function opensTooMany(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = bracket === '[' || bracket === '{' ? open + 1 : Math.max(0, open - 1);
    if (open > maxOpenBrackets) return true;
  }
  return false;
}
