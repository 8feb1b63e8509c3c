import type {
  FoundObject,
  MigrateClaim,
  MoveStoredVersion,
  ObjectQuery,
  OwnObjects,
  SetField,
} from '@sealift/core/release';
import type { SeenWait, StepDetails } from '@sealift/core/upgrade';
import type { Cancel } from './cancel.ts';

/** What a query found. */
export interface FoundObjects {
  /** Whether the cluster serves anything of the query's group: where it does not, there is no such object. */
  readonly served: boolean;
  readonly objects: readonly FoundObject[];
}

/** What a release can declare to be done to objects of the cluster. */
export type DeclaredWork = OwnObjects | MoveStoredVersion | MigrateClaim | SetField;

/** How far it is: done already, to be asked for, or waiting for something else. */
export type Standing =
  | { readonly state: 'done'; readonly message: string; readonly evidence: StepDetails }
  | { readonly state: 'act'; readonly message: string }
  | { readonly state: 'wait'; readonly wait: SeenWait };

/** What the engine and its checks do with what releases declare. */
export interface DeclaredPort {
  /** @throws where it can't be told what there is: no right, no answer, a kind that is not served in a group that is */
  find(query: ObjectQuery, cancel: Cancel): Promise<FoundObjects>;
  /** Looks only. @throws DECLARED_STEP_REFUSED where it may not be done */
  standing(work: DeclaredWork, cancel: Cancel): Promise<Standing>;
  /** Goes on with it as far as it goes now; may be run again at any point. @throws DECLARED_STEP_REFUSED likewise */
  act(work: DeclaredWork, cancel: Cancel): Promise<void>;
}
