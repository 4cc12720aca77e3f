"""embed.py openapi.yaml OUTPUT: writes a Swift source that holds the YAML document as one line of JSON."""

import json
import sys

try:
    import yaml
except ImportError:
    sys.exit("error: /usr/bin/python3 has no module yaml: install python3-yaml (`make packages` does)")

TEMPLATE = """\
/// The description of the API as one line of JSON; made from openapi.yaml.
enum APIDescription {{
    static let json: StaticString = ##"{json}"##
}}
"""


class StrictLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """Refuses a key that is there twice, of which PyYAML would silently take the last."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise yaml.constructor.ConstructorError(None, None, f"repeated key {repeated.pop()!r}", node.start_mark)
        return super().construct_mapping(node, deep)


def main(source, output):
    with open(source, encoding="utf-8") as file:
        try:
            document = yaml.load(file, StrictLoader)
        except yaml.YAMLError as error:
            sys.exit(f"error: {error}")
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # Two of them could end the literal, or begin an escape in it.
    text = text.replace("##", "#\\u0023")
    with open(output, "w", encoding="utf-8") as file:
        file.write(TEMPLATE.format(json=text))


main(*sys.argv[1:])
