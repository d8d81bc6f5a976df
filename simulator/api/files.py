"""The two-step upload: ask for an address, send the bytes there, finish. https://docs.slack.dev/messaging/working-with-files"""

import secrets

from simulator import posts
from simulator.api.call import Call
from simulator.api.registry import method
from simulator.errors import SlackError, invalid_arguments
from simulator.model import Channel, File, Json
from simulator.shapes import file_json
from simulator.workspace import Workspace


@method("files.getUploadURLExternal")
def get_upload_url(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
    call.needs_scope("files:write")
    name, length = call.need("filename"), call.number("length", 0)
    if length <= 0:
        raise invalid_arguments("must be greater than 0 [json-pointer:/length]")
    workspace = call.workspace
    file = File(
        id=workspace.ids.new("F"),
        name=name,
        length=length,
        user=call.caller.id,
        created=int(workspace.now()),
        secret=secrets.token_hex(16),
    )
    workspace.files[file.id] = file
    return {"upload_url": f"{workspace.url}/upload/{file.id}/{file.secret}", "file_id": file.id}


def receive(workspace: Workspace, file_id: str, secret: str, content: bytes) -> str:
    """Take the bytes at the upload address. Raises SlackError with HTTP status 404 or 400."""
    file = workspace.files.get(file_id)
    if file is None or file.secret != secret or file.completed:
        raise SlackError("not_found", status=404)
    if len(content) != file.length:
        raise SlackError("length_mismatch", status=400)
    file.content = content
    return f"OK - {len(content)}"


@method("files.completeUploadExternal")
def complete_upload(call: Call) -> Json:
    """Without a channel the file stays private to the app.

    https://docs.slack.dev/reference/methods/files.completeUploadExternal
    """
    call.needs_scope("files:write")
    wanted = call.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise invalid_arguments("missing required field: files")
    files = [_uploaded(call, str(w.get("id"))) for w in wanted]
    channel = _target(call)
    for file, want in zip(files, wanted, strict=True):
        file.title, file.completed = str(want.get("title") or file.name), True
    if channel is not None:
        _share(call, channel, files)
    return {"files": [file_json(call.workspace, f) for f in files]}


@method("files.info")
def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.info"""
    call.needs_scope("files:read")
    file = call.workspace.files.get(call.need("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    return {"file": file_json(call.workspace, file)}


def _uploaded(call: Call, file_id: str) -> File:
    file = call.workspace.files.get(file_id)
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    if file.completed:
        raise SlackError("file_update_failed")
    return file


def _target(call: Call) -> Channel | None:
    name = "channel_id" if call.text("channel_id") else "channels"
    return call.open_channel(name) if call.text(name) else None


def _share(call: Call, channel: Channel, files: list[File]) -> None:
    message = posts.post(
        call.workspace,
        channel,
        call.caller,
        call.text("initial_comment"),
        thread_ts=call.text("thread_ts") or None,
        blocks=call.structure("blocks", "invalid_blocks_format") or [],
        files=[f.id for f in files],
    )
    for file in files:
        file.shares.append({"channel": channel.id, "ts": message.ts})
