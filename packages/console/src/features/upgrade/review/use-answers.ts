import type { LayerEdit, Review, ReviewedLayer } from '@sealift/core/api';
import { notifyManager, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { reviewKey, sendAnswers } from '../../../api/review.ts';
import { editsOf } from '../edits-of.ts';
import type { Pending, Resolution, ReviewRow } from './review-rows.ts';

/** A row, and the answer it gets; null opens it again. */
export interface Change {
  readonly row: Pick<ReviewRow, 'key' | 'path'> & {
    readonly decision: Pick<ReviewRow['decision'], 'path'>;
    readonly layer: Pick<ReviewedLayer, 'id' | 'displayName'>;
  };
  readonly to: Resolution | null;
}

/** Answers that were not saved, and why. */
export interface NotSaved {
  readonly error: unknown;
  /** Of rows, as people read them. */
  readonly paths: readonly string[];
  /** What others did to the layer meanwhile; empty where the reason is another one. */
  readonly edits: readonly LayerEdit[];
  readonly layer: string;
}

export interface Answers {
  readonly pending: Pending;
  readonly notSaved: NotSaved | null;
  /** Shows the answers at once, and saves them one after the other. */
  readonly give: (changes: readonly Change[]) => void;
  readonly dismiss: () => void;
}

/**
 * Saves answers layer by layer, each with the revision that it was given for. Where somebody else has edited the layer meanwhile nothing of what
 * still waits for it is sent: it was decided by what is not there any more.
 */
export function useAnswers(upgradeId: string): Answers {
  const client = useQueryClient();
  const [pending, setPending] = useState<Pending>(new Map());
  const [notSaved, setNotSaved] = useState<NotSaved | null>(null);
  const waiting = useRef<(readonly Change[])[]>([]);
  const isRunning = useRef(false);
  const key = reviewKey(upgradeId);

  /** What came later for the same row stays shown. */
  const settle = (changes: readonly Change[]): void =>
    setPending((shown) => {
      const rest = new Map(shown);
      for (const { row, to } of changes) if (rest.get(row.key) === to) rest.delete(row.key);
      return rest;
    });

  const save = async (changes: readonly Change[]): Promise<void> => {
    const layer = changes[0]?.row.layer;
    const known = client.getQueryData<Review>(key)?.layers.find(({ id }) => id === layer?.id);
    if (layer === undefined || known === undefined) return settle(changes);
    try {
      const set = changes.flatMap(({ to }) => (to === null ? [] : [to]));
      const open = changes.flatMap(({ row, to }) => (to === null ? [[...row.decision.path]] : []));
      const saved = await sendAnswers(upgradeId, known, { set, open });
      // A look that began before would bring back what was.
      await client.cancelQueries({ queryKey: key });
      client.setQueryData<Review>(key, (review) => review && withLayer(review, saved));
      // The pages hear of it a moment later; until then the answer is shown as one that is being saved.
      notifyManager.schedule(() => settle(changes));
    } catch (error) {
      const dropped = [changes, ...waiting.current.filter((one) => one[0]?.row.layer.id === layer.id)];
      waiting.current = waiting.current.filter((one) => one[0]?.row.layer.id !== layer.id);
      const paths = dropped.flat().map(({ row }) => row.path);
      const edits = editsOf(error);
      // Whoever is told of the newest is shown it. A server that does not answer is waited for elsewhere.
      const isRead = client.invalidateQueries({ queryKey: key });
      if (edits.length > 0) await isRead;
      notifyManager.schedule(() => settle(dropped.flat()));
      setNotSaved({ error, paths, edits, layer: layer.displayName });
    }
  };

  const run = async (): Promise<void> => {
    if (isRunning.current) return;
    isRunning.current = true;
    try {
      for (let next = waiting.current.shift(); next !== undefined; next = waiting.current.shift()) await save(next);
    } finally {
      isRunning.current = false;
    }
    // The plan's hash, what stops Confirm, and later hops change with it.
    void client.invalidateQueries({ queryKey: ['upgrade', upgradeId] });
  };

  return {
    pending,
    notSaved,
    give(changes) {
      setNotSaved(null);
      setPending((shown) => new Map([...shown, ...changes.map(({ row, to }) => [row.key, to] as const)]));
      waiting.current.push(...Map.groupBy(changes, ({ row }) => row.layer.id).values());
      void run();
    },
    dismiss: () => setNotSaved(null),
  };
}

function withLayer({ layers }: Review, changed: ReviewedLayer): Review {
  return { layers: layers.map((layer) => (layer.id === changed.id ? changed : layer)) };
}
