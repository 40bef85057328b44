/** Consuming at least once, and acting once: what was seen is kept where the effects are kept. */
import { codeOf, type SsoLinkError } from '../errors.ts';
import { type EventOf, type KafkaRecord, parseEvent, type SsoLinkEvent } from './parse.ts';

/**
 * Remembers events. Where the effect is written to a database, the memory belongs into the same transaction:
 * both are kept, or neither. `Tx` is what the work writes with.
 */
export interface SeenStore<Tx> {
  /**
   * Runs the work unless the event was seen. It counts as seen once the work is done; when the work fails, so
   * does this, and the event is unseen.
   * @returns whether the work ran
   */
  once(event: SsoLinkEvent, work: (tx: Tx) => Promise<void>): Promise<boolean>;
}

export type Handlers<Tx> = {
  [Name in SsoLinkEvent['type']]?: (event: EventOf<Name>, tx: Tx) => Promise<void> | void;
};

/** What became of a record. `ignored`: an event without a handler here, or one that a later version added. */
export type Handled = 'handled' | 'duplicate' | 'ignored' | 'unreadable';

export interface EventConsumer {
  /**
   * Takes one record; commit its offset when this resolves. Rejects with what a handler or the store threw:
   * let your client deliver the record again.
   */
  handle(record: KafkaRecord): Promise<Handled>;
}

/**
 * A consumer for any client of Kafka. A handler runs once an event, however often it is delivered, as far as
 * the store remembers.
 * @param options.onUnreadable is called with a record that redelivery does not fix: log it, keep it,
 *   raise an alarm. It is passed over when this resolves; when it throws, the record comes again
 */
export function createEventConsumer<Tx>(options: {
  store: SeenStore<Tx>;
  handlers: Handlers<Tx>;
  onUnreadable: (error: SsoLinkError<'event_invalid'>, record: KafkaRecord) => Promise<void> | void;
}): EventConsumer {
  const { store, handlers, onUnreadable } = options;
  return {
    async handle(record) {
      let event: SsoLinkEvent;
      try {
        event = parseEvent(record);
      } catch (error) {
        if (codeOf(error) === 'event_type_unknown') return 'ignored';
        if (codeOf(error) !== 'event_invalid') throw error;
        await onUnreadable(error as SsoLinkError<'event_invalid'>, record);
        return 'unreadable';
      }
      const handler = handlers[event.type] as ((event: SsoLinkEvent, tx: Tx) => unknown) | undefined;
      if (handler === undefined) return 'ignored';
      const ran = await store.once(event, async (tx) => void (await handler(event, tx)));
      return ran ? 'handled' : 'duplicate';
    },
  };
}
