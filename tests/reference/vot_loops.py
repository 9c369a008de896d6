"""VOT's measures written out frame by frame: slow, and nothing shared with the package."""


def clip(points, axis, bound, keep_below):
    """Part of a convex polygon on one side of a line (Sutherland-Hodgman)."""
    result = []
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        a, b = (ax, ay)[axis] - bound, (bx, by)[axis] - bound
        if keep_below:
            a, b = -a, -b
        if a >= 0:
            result.append((ax, ay))
        if (a >= 0) != (b >= 0):
            share = a / (a - b)
            result.append((ax + share * (bx - ax), ay + share * (by - ay)))
    return result


def area(points):
    total = 0.0
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        total += (ax - points[0][0]) * (by - points[0][1]) - (bx - points[0][0]) * (ay - points[0][1])
    return abs(total) / 2


def inside(points, left, top, right, bottom):
    if right <= left or bottom <= top:
        return []
    for axis, bound, keep_below in ((0, left, False), (0, right, True), (1, top, False), (1, bottom, True)):
        points = clip(points, axis, bound, keep_below) if points else []
    return points


def overlap(polygon, box, size):
    """Overlap of a polygon and a box inside an image."""
    width, height = size
    x, y, w, h = box
    left, right = (min(max(value, 0.0), width) for value in (x, x + w))
    top, bottom = (min(max(value, 0.0), height) for value in (y, y + h))
    corners = [(polygon[k], polygon[k + 1]) for k in range(0, 8, 2)]
    target = area(inside(corners, 0.0, 0.0, width, height) or [(0, 0)])
    common = area(inside(corners, left, top, right, bottom) or [(0, 0)])
    mine = max(right - left, 0.0) * max(bottom - top, 0.0)
    union = target + mine - common
    return common / union if union > 0 else 0.0


def overlaps_of(predicted, status, polygons, size):
    """0 tracked, 1 start, 2 failure, 3 skipped."""
    return [
        overlap(polygon, box, size) if code == 0 else 0.0
        for box, code, polygon in zip(predicted, status, polygons, strict=True)
    ]


def supervised_accuracy(overlaps, status):
    """Mean overlap of one run outside the burn-in; 0 with no frame."""
    scored, since = [], None
    for value, code in zip(overlaps, status, strict=True):
        since = 0 if code == 1 else None if since is None else since + 1
        if code == 0 and (since is None or since >= 10):
            scored.append(value)
    return sum(scored) / len(scored) if scored else 0.0


def mean_to(values, n):
    """Average overlap on frames 1 to n, zeros after the end."""
    return sum(values[1 : n + 1]) / n


def curve_at(pieces, n):
    """Weighted mean over (overlaps, failed, weight) of those that count at n."""
    counted = [(piece, weight) for piece, failed, weight in pieces if failed or n < len(piece)]
    total = sum(weight for _, weight in counted)
    return sum(weight * mean_to(piece, n) for piece, weight in counted) / total if total else None


def eao_toolkit(runs, low, high):
    """vot-toolkit: (overlaps, status) of all runs of all sequences."""
    pieces = []
    for values, status in runs:
        start, failed_before = None, False
        for frame, code in enumerate(status):
            if code == 1:
                start = frame
            elif code == 2:
                pieces.append((values[start:frame], True, 1.0))
                start, failed_before = None, True
        if not failed_before:
            pieces.append((values, False, 1.0))
        elif start is not None:
            pieces.append((values[start:], False, 1.0))
    end = max(len(piece) for piece, _, _ in pieces)
    values = [curve_at(pieces, n) for n in range(low, min(high + 1, end))]
    return sum(values) / len(values) if values else None


def eao_pysot(runs, low, high):
    """pysot: fragments begin 5 frames after a failure; a failure near the end does not count as one."""
    pieces, longest = [], 0
    for values, status in runs:
        longest = max(longest, len(values))
        begin = 0
        for frame, code in enumerate(status):
            if code == 2 and frame + 5 <= len(values):
                piece = values[begin : frame + 6]
                pieces.append((piece, True, len(piece) / (frame + 6 - begin)))
                begin = frame + 5
        if begin < len(values):
            pieces.append((values[begin:], False, 1.0))
    found = [(curve_at(pieces, n) or 0.0) if n else 1.0 for n in range(low - 1, min(high, longest))]
    return sum(found) / len(found) if found else None


def progress(values, visible):
    """Frames before the first of 10 in a row that are not above 0.1."""
    bad = 0
    for frame, (value, there) in enumerate(zip(values, visible, strict=True)):
        bad = bad + 1 if value <= 0.1 and there else 0
        if bad == 10:
            return frame - 9
    return len(values)


def multistart(sequences, low, high):
    """Accuracy, robustness and EAO of lists of (overlaps, visible), one list and length for each sequence."""
    weight_a = weight_r = total_a = total_r = 0.0
    runs = []
    for of_sequence, length in sequences:
        before = overlap_sum = frames = 0
        for values, visible in of_sequence:
            end = progress(values, visible)
            before, frames = before + end, frames + len(values)
            overlap_sum += sum(values[:end])
            runs.append((values[:end] + [0.0] * (len(values) - end), end < len(values)))
        total_a, weight_a = total_a + overlap_sum, weight_a + before
        total_r, weight_r = total_r + before / frames * length, weight_r + length
    curve = []
    for n in range(low, high):
        found = []
        for values, failed in runs:
            if n < len(values):
                found.append(sum(values[1 : n + 1]) / n)
            elif failed:
                found.append(sum(values[1:]) / (n - 1))
        curve.append(sum(found) / len(found) if found else 0.0)
    return (total_a / weight_a if weight_a else None), total_r / weight_r, sum(curve) / len(curve)
