import { SealiftError } from '@sealift/core/errors';
import { stubBytes } from '../format/manifest.ts';

/** The processors a bundle can bring an executable for, as OCI names them. */
export type Architecture = 'amd64' | 'arm64';

/** Where the stub finds an executable: a gzip blob in the bundle file itself. */
export interface StubExecutable {
  readonly architecture: Architecture;
  /** Of the blob's first byte in the file. */
  readonly offset: number;
  readonly size: number;
  /** Of the gzip blob, in hex. */
  readonly sha256: string;
  /** Of the executable once it is unpacked, in bytes. */
  readonly unpackedSize: number;
}

export interface StubInput {
  /** As the transcript says it, such as `Airgap Setup - Version 4.2.13`. */
  readonly title: string;
  readonly executables: readonly StubExecutable[];
}

const machines: Readonly<Record<Architecture, { readonly pattern: string; readonly loader: string }>> = {
  amd64: { pattern: 'x86_64|amd64', loader: '/lib64/ld-linux-x86-64.so.2' },
  arm64: { pattern: 'aarch64|arm64', loader: '/lib/ld-linux-aarch64.so.1' },
};

/**
 * The shell program at the head of a bundle, padded to 65,536 bytes. It runs under any POSIX shell, and zsh, whose
 * functions have a `$0` of their own. Everything is in one function, so that damage which breaks the syntax runs nothing; success comes only from the executable, whose hash is
 * checked first and which verifies the whole file, this stub too.
 */
export function makeStub(input: StubInput): Buffer {
  if (!/^[A-Za-z0-9 ._+-]{1,300}$/.test(input.title)) throw new TypeError(`not a title for a stub: ${input.title}`);
  const text = script(input);
  if (text.length > stubBytes) {
    throw new SealiftError('INTERNAL', { values: { reason: `the stub is ${text.length} bytes long` } });
  }
  return Buffer.from(text.padEnd(stubBytes, '\n'), 'latin1');
}

function script({ title, executables }: StubInput): string {
  const cases = [...executables]
    .sort((a, b) => (a.architecture < b.architecture ? -1 : 1))
    .map(({ architecture, offset, size, sha256, unpackedSize }) => {
      const { pattern, loader } = machines[architecture];
      return `    ${pattern}) start=${offset + 1} size=${size} sha256=${sha256} unpacked=${unpackedSize} loader=${loader} ;;`;
    });
  return `#!/bin/sh
# ${title}. Behind these ${stubBytes} bytes is a plain tar: tail -c +${stubBytes + 1} FILE | tar x
main() {
  set -u
  LC_ALL=C
  export LC_ALL
  unset CDPATH
  self=$1
  shift
  work=

  fail() {
    printf 'error: %s\\n  fix: %s\\n' "$2" "$3" >&2
    cleanup
    exit "$1"
  }

  # Threads share what they have freed, unless somebody decided otherwise (mallopt(3)).
  one_arena() {
    MALLOC_ARENA_MAX=\${MALLOC_ARENA_MAX:-1}
    export MALLOC_ARENA_MAX
  }

  cleanup() {
    if [ -n "$work" ]; then
      rm -f "$work/sealift"
      rmdir "$work" 2>/dev/null
    fi
    work=
  }

  help() {
    printf '%s\\n' \\
      '${title}' \\
      '' \\
      "Usage: $self [options] [-- arguments]" \\
      '' \\
      'Without options: verifies itself against the trusted keys of this machine, sets up' \\
      'the command line, and uploads manifests, packs and images to the running platform.' \\
      '' \\
      'Options, as of makeself archives:' \\
      '  --help             show this and stop' \\
      '  --info             show what this bundle is, and who signed it' \\
      '  --list             list what is inside' \\
      '  --check, --verify  verify every byte and the signature, change nothing' \\
      '  --install          verify, set up the sealift command, and stop: no login is needed' \\
      '  --noexec           verify, and stop before anything is set up' \\
      '  --target DIR       write the verified content to DIR too: an OCI image layout' \\
      '  --keep             the same, to a folder named after the release' \\
      '  --extract DIR      the same as --noexec --target DIR' \\
      '  --nodiskspace      with these: do not look for room before' \\
      '  --nooverwrite      with these: refuse a folder that exists' \\
      '  --confirm          ask before anything is written or sent' \\
      '  --quiet, -q        print errors only' \\
      '  --noprogress       print no percentages' \\
      '  --public-key FILE  trust this key too, for this run' \\
      '  --move-tags        let a tag move that is there with other content' \\
      '  --continue-on-error  upload what can be uploaded, list the rest, exit 4' \\
      '  --chunk-size SIZE  send no more than this in one request, such as 5MiB' \\
      '  --no-install       upload without setting up the command line on this machine' \\
      '  --json             print one JSON object at the end, and events on standard error' \\
      'These change nothing here: --accept, --nox11, --xwin, --chown, --nochown,' \\
      '--noexec-cleanup, --phase2; --lsm says that there is no LSM entry. These are refused:' \\
      '--tar, --dumpconf, --cleanup-args, --verify-sig, --ssl-pass-src, --ssl-passwd.' \\
      'Behind -- stand options of the upload alone, such as --move-tags.' \\
      '' \\
      'Where it uploads to: the platform of sealift login, or SEALIFT_URL and SEALIFT_TOKEN; or' \\
      'OCI_PACK_REGISTRY, OCI_PACK_BASE, OCI_IMAGE_REGISTRY and OCI_IMAGE_BASE.' \\
      '' \\
      'Exit codes: 0 success, 1 usage or environment, 2 damage or signature, 4 incomplete.' \\
      '' \\
      'A program cannot vouch for itself. To check this file before running any of it, use' \\
      'sealift bundle verify FILE with a sealift you already trust, or' \\
      'minisign -Vm FILE -p vendor.pub with the FILE.minisig that came with it.'
  }

  piece() {
    tail -c +"$start" -- "$self" | head -c "$size"
  }

  unpack() {
    work=$1/sealift.$$
    mkdir -m 700 "$work" 2>/dev/null || { work=; return 1; }
    piece | gzip -dc >"$work/sealift" 2>/dev/null && chmod 700 "$work/sealift" && [ -x "$work/sealift" ] &&
      [ "$(wc -c <"$work/sealift")" -eq "$unpacked" ] && return 0
    cleanup
    return 1
  }

  for option do
    case $option in
      --) break ;;
      -h | -help | --help)
        help
        exit 0
        ;;
    esac
  done

  [ -f "$self" ] && [ -r "$self" ] ||
    fail 1 "cannot read $self" 'Run the bundle by its path, for example ./airgap.bin or sh ./airgap.bin.'
${executables.length === 0 ? installed : embedded(cases.join('\n'))}
}
main "$0" "$@"
exit 1
`;
}

const installed = `
  command -v sealift >/dev/null 2>&1 ||
    fail 1 'this bundle brings no executable, and no sealift is installed here' 'Run the bundle of a release with --install; it sets sealift up.'
  one_arena
  exec sealift bundle run -- "$self" "$@"
  fail 1 'sealift cannot be started' 'Check that sealift --version works.'`;

function embedded(cases: string): string {
  return `
  machine=$(uname -m)
  case $machine in
${cases}
    *) fail 1 "this bundle has no executable for $machine" 'Run it on a machine of another kind, or ask the vendor for a bundle for this one.' ;;
  esac

  if command -v openssl >/dev/null 2>&1; then
    found=$(piece | openssl dgst -sha256 -r)
  elif command -v sha256sum >/dev/null 2>&1; then
    found=$(piece | sha256sum)
  elif command -v shasum >/dev/null 2>&1; then
    found=$(piece | shasum -a 256)
  else
    fail 1 'there is no openssl, sha256sum or shasum to check this file with' 'Install one of them (coreutils brings sha256sum).'
  fi
  found=\${found%% *}
  [ "$found" = "$sha256" ] ||
    fail 2 "$self is damaged: its executable has SHA-256 $found instead of $sha256" 'Fetch the bundle again and compare it with its .minisig file; nothing of it was used.'
  command -v gzip >/dev/null 2>&1 ||
    fail 1 'there is no gzip to unpack the executable with' 'Install gzip.'
  [ -e "$loader" ] ||
    fail 1 "$loader is missing" 'Run it on a Linux with glibc 2.28 or newer.'

  trap cleanup EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  unpack "\${TMPDIR:-/tmp}" || unpack /tmp || unpack /var/tmp || unpack "\${HOME:-/}" ||
    fail 1 'no folder has room for the executable and lets it run' 'Set TMPDIR to a folder with 200 MB of room on a file system that is not mounted noexec.'
  missing=$("$loader" --list "$work/sealift" 2>&1 | grep 'not found')
  [ -z "$missing" ] ||
    fail 1 "this machine lacks what the executable needs: $missing" 'Install libstdc++ and use a Linux with glibc 2.28 or newer.'
  one_arena
  exec "$work/sealift" bundle run --unpacked -- "$self" "$@"
  fail 1 'the executable cannot be started' 'Set TMPDIR to a folder on a file system that is not mounted noexec.'`;
}
