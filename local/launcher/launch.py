"""Starts the embedded emulator with three corrections towards AWS, on one pinned version only.

1. A thrown error keeps its class name on its way to the caller (`errorType`), so that a Catch by name matches, and the worker
   that ran it stays warm, as an execution environment does on AWS. Upstream answers `Runtime.HandlerError` for everything.
2. Kinesis and DynamoDB stream mappings run on threads of their own. Upstream runs their handlers on the thread that also
   polls SQS, so a slow stream handler holds up every lane.
3. Lines in CloudWatch's embedded metric format become metrics, as they do in Lambda's log delivery. Upstream only keeps them as
   text, so nothing that reads metrics would ever see what functions measure.

Nothing else is changed. The conformance suite shows whether a new release still needs this.
"""

import functools
import json
import sys
import threading
import time
from importlib import metadata

PINNED = "1.5.33"
STREAM_IDLE_SECONDS = 0.025
THROWN = "__triage_thrown"


def refuse(reason):
    sys.stderr.write(
        f"triage launcher: {reason}\n"
        f"It corrects ministack {PINNED} only. Install local/requirements.txt, or review local/launcher/launch.py for the new version.\n"
    )
    raise SystemExit(3)


def replace_exactly(text, old, new):
    if text.count(old) != 1:
        refuse("the emulator's source is not what this launcher was written for")
    return text.replace(old, new)


def keep_error_names(runtime, service):
    """The Node worker reports a throw as data; it becomes an error again here, so that the worker is not killed for it."""
    script = replace_exactly(
        runtime._NODEJS_WORKER_SCRIPT,
        'status: "error", error: String(err.message || err), trace: err.stack || ""',
        f'status: "ok", result: {{ {THROWN}: thrown(err) }}',
    )
    script = replace_exactly(
        script, 'status: "error", error: e.message, trace: e.stack', f'status: "ok", result: {{ {THROWN}: thrown(e) }}'
    )
    runtime._NODEJS_WORKER_SCRIPT = (
        "const thrown = (e) => e instanceof Error\n"
        "  ? { errorType: e.name, errorMessage: e.message, trace: String(e.stack || '').split('\\n') }\n"
        "  : { errorType: typeof e, errorMessage: String(e), trace: [] };\n"
    ) + script

    execute = service._execute_function_warm

    @functools.wraps(execute)
    def execute_and_name(func, event, request_id):
        answer = execute(func, event, request_id)
        body = answer.get("body")
        thrown = body.get(THROWN) if isinstance(body, dict) else None
        if thrown is None:
            return answer
        log = "\n".join(filter(None, [answer.get("log", ""), "\n".join(thrown["trace"])]))
        return {"body": thrown, "error": True, "log": log}

    service._execute_function_warm = execute_and_name


def separate_streams(service):
    """The SQS loop keeps its thread; each kind of stream gets one."""
    polls = {"kinesis": service._poll_kinesis, "dynamodb": service._poll_dynamodb_streams}
    service._poll_kinesis = service._poll_dynamodb_streams = lambda: False
    start_sqs = service._ensure_poller
    started = threading.Event()

    def loop(name, poll):
        while True:
            try:
                busy = poll()
            except Exception as error:  # the emulator's own loop logs and goes on, too
                service.logger.error("%s stream poller: %s", name, error)
                busy = False
            if not busy:
                time.sleep(STREAM_IDLE_SECONDS)

    def ensure_pollers():
        start_sqs()
        if not started.is_set():
            started.set()
            for name, poll in polls.items():
                threading.Thread(target=loop, args=(name, poll), daemon=True, name=f"triage-{name}").start()

    service._ensure_poller = ensure_pollers


def embedded_metrics(log):
    """(namespace, name, dimensions, seconds, unit, values) of each metric in a log; lines that are no such documents are passed over."""
    for line in log.splitlines():
        if '"_aws"' not in line:
            continue
        try:
            document = json.loads(line[line.index("{") :])
            seconds = document["_aws"]["Timestamp"] / 1000
            for directive in document["_aws"]["CloudWatchMetrics"]:
                for names in directive["Dimensions"]:
                    dimensions = {name: str(document[name]) for name in names}
                    for metric in directive["Metrics"]:
                        value = document[metric["Name"]]
                        values = value if isinstance(value, list) else [value]
                        unit = metric.get("Unit", "None")
                        yield directive["Namespace"], metric["Name"], dimensions, seconds, unit, values
        except (ValueError, KeyError, TypeError):
            continue


def keep_embedded_metrics(service, cloudwatch):
    execute = service._execute_function_warm

    @functools.wraps(execute)
    def execute_and_measure(func, event, request_id):
        answer = execute(func, event, request_id)
        for namespace, name, dimensions, seconds, unit, values in embedded_metrics(answer.get("log") or ""):
            cloudwatch._store_datum(namespace, name, dimensions, seconds, unit, None, values, None, None)
        return answer

    service._execute_function_warm = execute_and_measure


def main():
    try:
        version = metadata.version("ministack")
    except metadata.PackageNotFoundError:
        refuse("ministack is not installed in this Python")
    if version != PINNED:
        refuse(f"ministack {version} is installed")
    from ministack import app
    from ministack.core import lambda_runtime
    from ministack.services import cloudwatch, lambda_svc

    keep_embedded_metrics(lambda_svc, cloudwatch)
    keep_error_names(lambda_runtime, lambda_svc)
    separate_streams(lambda_svc)
    sys.argv = sys.argv[:1]
    app.main()


if __name__ == "__main__":
    main()
