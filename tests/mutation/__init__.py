"""Mutation testing of the rules and of the law: is each of their decisions held by a test?"""
