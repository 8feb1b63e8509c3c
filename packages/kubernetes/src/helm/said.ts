import { hideSecrets } from '@sealift/core/secret';
import { readable } from '../connection/answer.ts';

/** Enough for a list of some objects; what follows repeats. */
const shownLength = 1500;

/** What helm said of its failure: its own `Error:` to the end, without secrets and control characters. */
export function failureSaid(errors: string): string {
  const at = errors.lastIndexOf('Error: ');
  const said = at === -1 ? errors.slice(-shownLength) : errors.slice(at + 'Error: '.length);
  const text = readable(hideSecrets(said), shownLength).trim();
  return text === '' ? 'it said nothing' : text;
}

/** Objects that helm did not take, as it names them: `Deployment "web" in namespace "shop"`. */
export function foreignObjectsSaid(said: string): readonly string[] {
  const found = [...said.matchAll(/(\w+ "[^"]+" in namespace "[^"]*") exists and cannot be imported/g)];
  return [...new Set(found.map(([, object]) => object ?? ''))];
}
