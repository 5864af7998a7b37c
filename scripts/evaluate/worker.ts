/** One of the processes that simulate. */
import { perform } from '../../simulator/evaluation/task';
import { answerTasks } from '../pool-worker';

answerTasks(perform);
