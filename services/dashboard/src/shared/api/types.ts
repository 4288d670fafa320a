/** The API's objects by the names that the dashboard uses. They come from its OpenAPI document: `npm run generate`. */
import type { components } from './schema.gen';

type Schemas = components['schemas'];

export type TaskStatus = Schemas['TaskStatus'];
export type Category = Schemas['Category'];
export type Priority = Schemas['Priority'];
export type MessageState = Schemas['MessageState'];
export type SourceKind = Schemas['SourceKind'];

/** A list's page; `next` is the cursor of the following one. */
export type Page<T> = { items: T[]; next: string | null };

export type Me = Schemas['Me'];
export type Member = Schemas['Member'];
export type MemberDraft = Schemas['MemberDraft'];
export type MemberPatch = Schemas['MemberPatch'];
export type Role = Schemas['Role'];
export type LoginLink = Schemas['LoginLink'];
export type Token = Schemas['Token'];
export type NewToken = Schemas['NewToken'];
export type ProviderList = Schemas['ProviderList'];
export type JudgingModel = Schemas['JudgingModel'];
export type ProviderTrial = Schemas['ProviderTrial'];
export type Autonomy = Schemas['Autonomy'];
export type LinkCode = Schemas['LinkCode'];
export type NotificationSettings = Schemas['NotificationSettings'];
export type NotificationPatch = Schemas['NotificationPatch'];
export type MemberRef = Schemas['MemberRef'];
export type SourceRef = Schemas['SourceRef'];

export type Task = Schemas['Task'];
export type TaskDetail = Schemas['TaskDetail'];
export type TaskPatch = Schemas['TaskPatch'];
export type TaskDraft = Schemas['TaskDraft'];
export type TaskCounts = Schemas['TaskCounts'];
export type TaskGroup = Schemas['TaskGroup'];
export type TaskGroups = Schemas['TaskGroups'];
export type DueDay = Schemas['DueDay'];
export type DueCalendar = Schemas['DueCalendar'];
export type BulkEdit = Schemas['BulkEdit'];
export type BulkPatch = Schemas['BulkPatch'];
export type BulkResult = Schemas['BulkResult'];
export type SavedView = Schemas['View'];
export type SavedViewDraft = Schemas['ViewDraft'];
export type SavedViewPatch = Schemas['ViewPatch'];
export type ViewLayout = Schemas['ViewLayout'];
export type TaskRef = Schemas['TaskRef'];
export type Duplicate = Schemas['Duplicate'];
export type Comment = Schemas['Comment'];

export type Reply = Schemas['Reply'];
export type ReplyState = Schemas['ReplyState'];
export type AttachedFile = Schemas['AttachedFile'];
export type Verdict = Schemas['Verdict'];

export type Message = Schemas['Message'];
export type MessageVerdict = Schemas['MessageVerdict'];
export type MessageDetail = Schemas['MessageDetail'];
export type MessageCorrection = Schemas['MessageCorrection'];

export type Source = Schemas['Source'];
export type SourceHealth = Schemas['SourceHealth'];
export type Webhook = Schemas['Webhook'];
export type ManifestSchemas = Schemas['ManifestSchemas'];
export type SecretNames = Schemas['SecretNames'];
export type AppliedManifest = Schemas['AppliedManifest'];
export type DeletedManifests = Schemas['DeletedManifests'];
export type TestOutcome = Schemas['TestOutcome'];
export type Rotated = Schemas['Rotated'];
export type Samples = Schemas['Samples'];
export type DeadLetter = Schemas['DeadLetter'];
export type DeadLetterState = Schemas['DeadLetterState'];
export type ManySettled = Schemas['ManySettled'];
export type Balance = Schemas['Counts'];
export type BusProof = Schemas['BusProof'];
export type SourceBalance = Schemas['SourceLedger'];
export type Ledger = Schemas['Ledger'];

export type Statistics = Schemas['Statistics'];
export type AccuracyReport = Schemas['AccuracyReport'];

export type TrackerEvent = Schemas['Event'];
export type SystemReport = Schemas['System'];
export type SystemPart = Schemas['SystemPart'];
export type QueueState = Schemas['QueueState'];

/** RFC 9457 problem details; `cure` says what to do about it. */
export type Problem = Schemas['Problem'];
