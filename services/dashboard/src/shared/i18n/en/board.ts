/** English texts: the board. */
export const board = {
  'board.title': 'Board',
  'board.empty.todo': 'Accepted suggestions arrive here.',
  'board.empty.in_progress': 'Nobody is working on anything right now.',
  'board.empty.done': 'Finished tasks gather here.',
  'board.instructions': 'Press Space to pick the card up, the left and right arrows to choose a column, Space to drop it, Escape to cancel.',
  'board.picked': 'Picked up #{number}.',
  'board.over': 'Over {column}.',
  'board.moved': 'Moved #{number} to {column}',
  'board.cancelled': 'Not moved.',
};
