/**
 * A driver is a process of its own: it takes orders, answers each with what its round measured, and ends with the bench.
 */
export function answerOrders<Order, Round>(round: (order: Order) => Promise<Round>): void {
  process.on('message', (order: Order) => {
    round(order).then(
      (done) => process.send?.({ done }),
      (error: Error) => process.send?.({ failed: error.message }),
    );
  });
  process.send?.('ready');
  process.on('disconnect', () => process.exit());
}
