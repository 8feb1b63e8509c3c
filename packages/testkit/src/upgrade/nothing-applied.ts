import type { OpenedPack } from '@sealift/upgrade/ports/content';

/** What a site is given where no layer is applied. */
export const nothingApplied = {
  content: { openPack: (): Promise<OpenedPack> => Promise.reject(new Error('no pack is opened here')) },
  holder: (): { readonly id: string; readonly epoch: number } => ({ id: 'nobody', epoch: 0 }),
};
