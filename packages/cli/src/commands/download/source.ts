import { SealiftError } from '@sealift/core/errors';
import { indexName } from '@sealift/bundle/published-index';

/** Where to fetch from, by what the person named. */
export type Source =
  | { readonly kind: 'file'; readonly url: URL; readonly folder: URL | undefined; readonly name: string }
  | { readonly kind: 'version'; readonly version: string; readonly url: URL; readonly folder: URL };

/**
 * Reads what is to be downloaded: the address of a bundle, or a version with the folder of an index.
 *
 * @throws USAGE
 */
export function parseSource(what: string, from: string | undefined): Source {
  if (/^https?:\/\//i.test(what)) {
    if (from !== undefined) throw misuse('an address and --from are both given', '--from');
    const url = parseAddress(what, 'the address');
    const name = decodeName(url);
    // A link with a query carries a token of its own, which is of no use for another file.
    return { kind: 'file', url, folder: url.search === '' ? new URL('.', url) : undefined, name };
  }
  if (from === undefined) {
    throw misuse(
      `${JSON.stringify(what)} is no address, and --from does not say where to look for that version`,
      '--from',
    );
  }
  const folder = parseFolder(from);
  return { kind: 'version', version: what.replace(/^v(?=\d)/, ''), url: folder, folder };
}

/** The published folder that `--from` names, or its index; ends with a slash. @throws USAGE */
export function parseFolder(from: string): URL {
  const url = parseAddress(from, '--from');
  if (url.search !== '') throw misuse('the address of a folder has no query', '--from');
  const path = url.pathname.endsWith(`/${indexName}`) ? url.pathname.slice(0, -indexName.length) : url.pathname;
  url.pathname = path.replace(/\/*$/, '/');
  return url;
}

/** An address that a person named. @param place what it is the address of @throws USAGE also where it carries a login */
export function parseAddress(text: string, place: string): URL {
  if (!URL.canParse(text)) throw misuse('it is no address', place);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw misuse('it does not begin with https://', place);
  if (url.username !== '' || url.password !== '') {
    // Whoever lists the processes of this machine has read it by now.
    throw misuse('a login must not be part of the address', place, loginHint);
  }
  url.hash = '';
  return url;
}

const loginHint =
  'Put the login into ~/.netrc, or set SEALIFT_DOWNLOAD_USERNAME and SEALIFT_DOWNLOAD_PASSWORD; and change the password, which others on this machine could read.';

/** The last part of the path as a file name. */
function decodeName({ pathname }: URL): string {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1);
  let name: string;
  try {
    name = decodeURIComponent(last);
  } catch {
    name = '';
  }
  return /^[^/\\\p{Cc}]{1,200}$/u.test(name) && name !== '.' && name !== '..' ? name : '';
}

function misuse(reason: string, place: string, hint?: string): SealiftError {
  return new SealiftError('USAGE', {
    values: { reason: `${place}: ${reason}` },
    place,
    ...(hint === undefined ? {} : { hint }),
  });
}
