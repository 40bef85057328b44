/** The directory, in a process of its own: one order over IPC is one push, its answer what it took. */
import { createPush, type Push, type PushedPerson } from '../../dev/jumpcloud/push.ts';
import { answerOrders } from '../support/answer-orders.ts';

export interface PushOrder {
  url: string;
  token: string;
  concurrency: number;
  kind: 'users' | 'groups' | 'remove group';
  people: PushedPerson[];
  groups: { name: string; members: PushedPerson[] }[];
}

let push: Push | undefined;

answerOrders((order: PushOrder) => {
  push ??= createPush(order);
  const [group] = order.groups;
  if (order.kind === 'users') return push.users(order.people);
  if (order.kind === 'groups') return push.groups(order.groups);
  if (group === undefined) throw new Error('no group is named');
  return push.removeGroup(group);
});
