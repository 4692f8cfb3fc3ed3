import { foldTag } from './engine/fold-text.js';

/** A word or a tag that a person can mute and prefer. */
export function isTopic(topic: unknown): topic is string {
  return typeof topic === 'string' && topic.trim() !== '';
}

/** Each once, written as they are compared. */
export function topicsOf(topics: string | readonly string[] = []): string[] {
  return [...new Set([topics].flat().map((topic) => foldTag(topic)))];
}
