import type { OpenedPack, PinnedRelease } from '@sealift/upgrade/ports/content';

/** What a site is given where no layer is applied. */
export const nothingApplied = {
  content: {
    openPack: (): Promise<OpenedPack> => Promise.reject(new Error('no pack is opened here')),
    openTool: (): Promise<AsyncIterable<Uint8Array>> => Promise.reject(new Error('no program is opened here')),
    openRelease: (): Promise<PinnedRelease> => Promise.reject(new Error('no release is opened here')),
    digestOfImage: (): Promise<string | undefined> => Promise.reject(new Error('no image is looked for here')),
  },
  holder: (): { readonly id: string; readonly epoch: number } => ({ id: 'nobody', epoch: 0 }),
};
