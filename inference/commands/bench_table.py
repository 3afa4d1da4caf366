"""Write what a benchmark found as Markdown that people read on a terminal, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inference.bench.figures import LimitRule, Spread
from inference.bench.lane import LEAST_LOADED, LOADED
from inference.bench.prediction import Bound, predict
from inference.bench.record import Candidate, Int8Of, Limit, Name, Record
from inference.engine.devices import Device
from inference.texts import visible

_QUIET = 0.03
"""Where other programs take more of the cores than this, figures need a warning."""

_MIB = 2**20
_GIB = 2**30

_TITLES = {
    Name.PIPELINE: "**whole pipeline**",
    Name.DECODE_POOL: "its decode pool alone",
    Name.PILLOW_ALONE: "Pillow alone, a bare loop on each core",
    Name.FILES_ALONE: "reading files alone, likewise",
    Name.READING_ALONE: "the program's reading alone, likewise",
    Name.HAND_OVER: "tasks that do nothing, through the decode pool",
    Name.HAND_OVER_ONE: "the same, one after the other",
    Name.ANSWERING: "batches and answers around a network that takes no time",
    Name.COMPANY: "decode pool and network in step, nothing else",
    Name.NETWORK: "its network alone",
    Name.ONE_AT_A_TIME: "Pillow and ONNX Runtime, one picture at a time",
    Name.TORCH_LOOP: "torchvision's preset and eager PyTorch, one picture at a time",
    Name.TORCH_LOADER: "the same with a DataLoader of several processes",
    Name.COMPILED_LOADER: "the same with `torch.compile` in reduced precision",
    Name.COMPILED_NETWORK: "`torch.compile` alone, without pictures",
}

_BOUNDS = {
    Bound.CORES: "the cores decide",
    Bound.DECODING: "decoding decides",
    Bound.NETWORK: "the network decides",
    Bound.PROGRAM: "the program's own process decides",
    Bound.DISK: "reading files decides",
}


def as_markdown(record: Record) -> str:
    """The record as text; every line ends with a line end."""
    return (
        "\n".join(
            [
                *_head(record),
                "",
                *_rates(record),
                "",
                *_prediction(record),
                *_findings(record),
            ]
        )
        + "\n"
    )


def _head(record: Record) -> Iterator[str]:
    machine, model, how = record.machine, record.model, record.configuration
    yield f"# {visible(model.name)} on {how.device}"
    yield ""
    bfloat16 = {True: "with bfloat16", False: "without bfloat16", None: "bfloat16 unknown"}[machine.has_bfloat16]
    memory = "unknown" if machine.memory_bytes is None else f"{machine.memory_bytes / _GIB:.1f} GiB"
    load = "" if machine.load_before is None else f", load average before {machine.load_before:.1f}"
    yield (
        f"{record.date}. {visible(machine.processor)} {bfloat16}, {_counted(machine.physical_cores, 'core', 'cores')} "
        f"({_counted(machine.usable_cores, 'thread', 'threads')}), memory {memory}, {visible(machine.system)}{load}."
    )
    yield f"{', '.join(f'{name} {version}' for name, version in record.versions.items())}."
    size = "" if model.gmacs is None else f", {model.gmacs:g} billion multiply-adds a picture"
    yield f"{visible(model.title)}: input {model.crop} px (resized to {model.resize}), {model.classes} classes{size}."
    for one in model.accuracy:
        shares = f"top-1 {one.top1:.1%}, top-5 {one.top5:.1%}"
        yield f"Accuracy: {shares} ({visible(one.dataset)}, {one.pictures:,} pictures)."
    if model.int8_of is not None:
        yield _int8_of(model.int8_of)
    yield _pictures(record)
    threads = "" if how.threads is None else f" of {_counted(how.threads, 'thread', 'threads')}"
    yield (
        f"Network: {how.device}, {how.precision}, batch {how.batch}{threads}; "
        f"{_counted(how.workers, 'decode process', 'decode processes')}. "
        f"{_counted(how.repeats, 'round', 'rounds')} of passes of about {how.pass_s:g} s"
        f"{_longer_passes(record)}, all candidates in turns; medians [lowest to highest]. "
        "How many times as fast, of the limit and differences compare runs of the same round: medians of those."
    )
    if record.others_share is not None:
        doubt = ", so these figures are not the machine's best" if record.others_share > _QUIET else ""
        yield f"Other programs took {record.others_share:.0%} of the cores meanwhile{doubt}."
    for refusal in how.refusals:
        yield f"Not used: {visible(refusal)}"


def _longer_passes(record: Record) -> str:
    """Which passes take longer than all the others: a batch is never cut short."""
    has_loader = any(one.name in LOADED and one.pictures_per_s is not None for one in record.candidates)
    loaded = f", or {LEAST_LOADED} with a DataLoader" if has_loader else ""
    return f" (longer where one batch takes longer{loaded})"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _int8_of(of: Int8Of) -> str:
    name = f"Others' loops run what it was made from, {visible(of.name)}."
    loops = name if of.name else "What it was made from is not installed, so others' loops run the copy or nothing."
    seen = (
        "It was never compared with its original."
        if of.same_class is None
        else f"Of {of.pictures:,} pictures, {of.same_class:.2%} have the first class that the original gives them."
    )
    word = "passed" if of.passed else "did not pass, so it is used only where it is asked for"
    return f"An int8 copy: {of.layers} of {of.all_layers} convolutions. {seen} It {word}. {loops}"


def _pictures(record: Record) -> str:
    seen = record.pictures
    kinds = ", ".join(f"{count} {name}" for name, count in seen.formats.items())
    source = "made from the program's samples" if seen.source == "made" else "given"
    more = ", the first of more" if seen.has_more else ""
    left_out = "is left out" if seen.failed == 1 else "are left out"
    failed = f"; {seen.failed:,} more could not be read and {left_out}" if seen.failed else ""
    return (
        f"Pictures: {kinds}, {source}{more}, about {seen.median_width} x {seen.median_height} px, "
        f"{seen.mean_bytes / 1000:.0f} kB each, read before (no cold disk){failed}."
    )


def _rates(record: Record) -> Iterator[str]:
    yield "| what | pictures/s | the pipeline is | same first class | processor time a picture |"
    yield "|---|---|---|---|---|"
    for one in record.candidates:
        yield _row(one)
    if record.limit is not None:
        share = f"{record.limit.pipeline_share:.2f} of it"
        yield f"| limit: {_limit(record.limit)} | {_number(record.limit.pictures_per_s)} | {share} | | |"


def _limit(limit: Limit) -> str:
    """How the limit is made, and of what: beside a card the program's own network may be faster than the bare loop."""
    rule = "1 / (1/network + 1/decode)" if limit.rule is LimitRule.SHARED_CORES else "the slower of the two"
    if limit.network is Name.NETWORK:
        return f"{rule}, of the bare Pillow loop and the program's own network"
    return f"{rule}, of the bare loops"


def _row(one: Candidate) -> str:
    title = f"{_runtime(one)} alone, a bare loop" if one.name is Name.ONNXRUNTIME_ALONE else _TITLES[one.name]
    details = [one.engine] if one.engine else []
    details += [f"batch {one.batch}"] if one.batch is not None else []
    title += f" ({visible(', '.join(details))})" if details else ""
    if one.pictures_per_s is None:
        return f"| {title} | not measured: {visible(one.skipped).replace('|', '/')} | | | |"
    ratio = "" if one.pipeline_ratio is None else f"{one.pipeline_ratio:.2f} times as fast"
    same = "" if one.same_class is None else f"{one.same_class:.1%}"
    cpu = "" if one.cpu_ms is None else f"{one.cpu_ms:.1f} ms"
    return f"| {title} | {_range(one.pictures_per_s)} | {ratio} | {same} | {cpu} |"


def _runtime(one: Candidate) -> str:
    """What ran the network of a bare loop; OpenVINO does so in ONNX Runtime's plug-in, too."""
    return "OpenVINO" if one.engine == Device.OPENVINO else "ONNX Runtime"


def _range(rates: Spread) -> str:
    return f"{_number(rates.median)} [{_number(rates.lowest)} to {_number(rates.highest)}]"


def _number(rate: float) -> str:
    """Three digits that count."""
    decimals = 0 if rate >= 100 else 1 if rate >= 10 else 2  # noqa: PLR2004 - powers of ten
    return f"{rate:,.{decimals}f}"


def _prediction(record: Record) -> Iterator[str]:
    """What the model says of this computer, beside what was measured."""
    if record.prediction is None:
        return
    inputs, found, off, late = (
        record.prediction.inputs,
        record.prediction.forecast,
        record.prediction.difference,
        record.latency,
    )
    measured = record.of(Name.PIPELINE)[0].pictures_per_s
    yield "| the model of SCALING.md | predicted | measured | difference |"
    yield "|---|---|---|---|"
    if measured is not None:
        rates = f"{_number(found.pictures_per_s)} | {_number(measured.median)} | {off.pictures_per_s:+.1f}%"
        yield f"| pictures/s, {_BOUNDS[found.bound]} | {rates} |"
        if inputs.shares_cores:
            alone = predict(replace(inputs, company_ms=0.0)).pictures_per_s
            off_alone = 100 * (alone / measured.median - 1)
            yield (
                f"| the same from the parts alone, without company | {_number(alone)} | {_number(measured.median)} | "
                f"{off_alone:+.1f}% |"
            )
    for words, predicted, seen, difference in (
        ("first answers of a run", found.first_answer_ms, late.first_answer_ms, off.first_answer_ms),
        ("one picture decoded (p50)", found.decode_ms, late.decode_p50_ms, off.decode_ms),
        ("its classes and map (p50)", found.answer_ms, late.answer_p50_ms, off.answer_ms),
    ):
        yield f"| {words} | {_number(predicted)} ms | {_number(seen)} ms | {difference:+.1f}% |"
    yield ""
    disk = "" if inputs.read_mb_per_s is None else f"; files {inputs.read_mb_per_s:,.0f} MB/s"
    yield (
        f"It knows, in milliseconds for a picture and each measured alone: network {inputs.network_ms:.2f} (bare) and "
        f"{inputs.network_added_ms:+.2f} (as the program runs it), alone {inputs.network_one_ms:.2f} and "
        f"{inputs.network_one_added_ms:+.2f}; on one core Pillow {inputs.decode_ms:.2f}, the rest of reading "
        f"{inputs.reading_ms:+.2f}, hand-over {inputs.hand_over_ms:.2f} in a decode process and {inputs.main_ms:.2f} "
        f"in the program's, {inputs.hand_over_one_ms:.2f} for one alone, answers {inputs.answer_ms:.2f}; and "
        f"measured in step: {inputs.company_ms:+.2f} of all cores that decoding and network cost more in company{disk}."
    )
    yield ""


def _findings(record: Record) -> Iterator[str]:
    late, memory = record.latency, record.memory
    yield (
        f"- One picture, everything open ({late.pictures} of them): decoded after {late.decode_p50_ms:.1f} ms (p50), "
        f"{late.decode_p95_ms:.1f} ms (p95); classes and map {late.answer_p50_ms:.1f} ms (p50), "
        f"{late.answer_p95_ms:.1f} ms (p95) later."
    )
    yield (
        f"- First answers of a run after {late.first_answer_ms:.0f} ms; "
        f"the program's process was ready {late.open_ms:.0f} ms after its start."
    )
    if memory.all_bytes is None or memory.main_bytes is None:
        yield "- Peak memory: not known on this system."
    else:
        yield (
            f"- Peak memory of all processes {memory.all_bytes / _MIB:,.0f} MiB, "
            f"of the one with the network {memory.main_bytes / _MIB:,.0f} MiB."
        )
    if memory.card is not None:
        card = memory.card
        used = f"{card.peak_bytes / _MIB:,.0f} MiB at most"
        yield f"- {visible(card.name)}: {used}, computing {card.busy:.0%} of the time."
    yield from _losses(record)


def _losses(record: Record) -> Iterator[str]:
    """Where the pipeline's processor time goes, beside that of the bare loops."""
    pipeline = record.of(Name.PIPELINE)[0]
    pillow = record.of(Name.PILLOW_ALONE)[0].cpu_ms
    bare = [(one.cpu_ms, _runtime(one)) for one in record.of(Name.ONNXRUNTIME_ALONE) if one.cpu_ms is not None]
    least, runtime = min(bare, default=(None, ""))
    if pipeline.cpu_ms is None or pipeline.cpu_ms_below is None or pipeline.pictures_per_s is None:
        return
    decoding = "" if pillow is None else f" (Pillow alone {pillow:.1f})"
    running = "" if least is None else f" ({runtime} alone {least:.1f})"
    cores = record.machine.usable_cores
    idle = max(0.0, 1e3 * cores / pipeline.pictures_per_s.median - pipeline.cpu_ms)
    yield (
        f"- A picture takes {pipeline.cpu_ms:.1f} ms of the processor: decode processes {pipeline.cpu_ms_below:.1f} ms"
        f"{decoding}, network and the rest {pipeline.cpu_ms - pipeline.cpu_ms_below:.1f} ms{running}; "
        f"cores waited {idle:.1f} ms."
    )
