import { SealiftError } from '@sealift/core/errors';

/** Words that guessing programs try first; a password that is only these, numbers and punctuation is refused. */
const commonWords = `
  password passwort passphrase secret changeme letmein welcome default login access administrator admin root user guest test demo
  master system console server qwertyuiop qwerty asdfghjkl asdfgh zxcvbnm zxcvbn qwertz azerty abcdefghijklmnopqrstuvwxyz abcdefgh
  abcdef abcd abc iloveyou sunshine princess dragon monkey football baseball superman batman trustno whatever shadow michael charlie
  hello love god summer winter spring autumn company sealift kubernetes platform vmware vcenter vsphere my the is and new this one
  very strong long please for you me to it`
  .trim()
  .split(/\s+/)
  .sort((a, b) => b.length - a.length);

const look: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/**
 * Refuses passwords that are long enough yet among the first that anyone would try. Length is checked by the API's schema.
 *
 * @throws PASSWORD_TOO_COMMON
 */
export function checkPassword(password: string, username: string, place: string): void {
  const reason = weakness(password.normalize('NFKC').toLowerCase(), username.toLowerCase());
  if (reason !== undefined) throw new SealiftError('PASSWORD_TOO_COMMON', { place, values: { reason } });
}

function weakness(password: string, username: string): string | undefined {
  if (new Set(password).size < 5) return 'it has fewer than five different characters';
  if (/^(.{1,6})\1+.{0,5}$/su.test(password)) return 'it repeats a few characters';
  if (longestRun(password) >= password.length - 4) return 'it is a run of neighbouring characters';
  if (username.length >= 4 && password.replaceAll(username, '').length < 8)
    return 'it is little more than the user name';
  const spelled = [password, Array.from(password, (letter) => look[letter] ?? letter).join('')];
  if (spelled.some((text) => remainder(text) < 4)) return 'it is made of words that are tried first';
  return undefined;
}

/** How many letters are left when common words, digits and punctuation are taken away. */
function remainder(text: string): number {
  let rest = text;
  for (const word of commonWords) rest = rest.replaceAll(word, ' ');
  return rest.replace(/[^\p{L}]/gu, '').length;
}

/** Length of the longest stretch in which each character follows or precedes its neighbour (`abcdef`, `987654`). */
function longestRun(text: string): number {
  let longest = 1;
  let length = 1;
  let direction = 0;
  for (let index = 1; index < text.length; index++) {
    const step = text.charCodeAt(index) - text.charCodeAt(index - 1);
    length = Math.abs(step) === 1 && (direction === step || length === 1) ? length + 1 : 1;
    direction = step;
    longest = Math.max(longest, length);
  }
  return longest;
}
