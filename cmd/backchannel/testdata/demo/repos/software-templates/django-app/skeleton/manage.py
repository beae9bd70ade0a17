#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "${{ values.package }}.settings")
    if not os.environ.get("DJANGO_SECRET_KEY"):  # a developer's machine
        os.environ.setdefault("DJANGO_DEBUG", "1")
    execute_from_command_line(sys.argv)
