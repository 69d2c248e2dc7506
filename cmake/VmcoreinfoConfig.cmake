# SPDX-License-Identifier: MIT
#
# find_package(Vmcoreinfo) gives the generator, as Vmcoreinfo_GENERATOR, and
#
#	vmcoreinfo_generate(TARGET name
#		[FOR consumer[@release]...] [KEYS file...] [KERNEL range] [ARCH arch...]
#		[PREFIX prefix] [SCHEMA folder])
#
# which adds the static library `name`: a parser of what the options ask for, made by the build,
# and made again when the schema, the generator's templates or a file of KEYS changes. They are
# the options of `vmcoreinfo generate`; files are named from the current source folder. Who links
# to `name` can include "vmcoreinfo.h", with a PREFIX "prefix_vmcoreinfo.h".

cmake_policy(PUSH)
cmake_policy(VERSION 3.20...3.31) # Makefiles too take a DEPFILE, and it is as the tool writes it

# Installed, this is PREFIX/share/cmake/Vmcoreinfo; in a source tree, cmake/ beside .venv.
find_program(Vmcoreinfo_GENERATOR vmcoreinfo
	HINTS ${CMAKE_CURRENT_LIST_DIR}/../../../bin ${CMAKE_CURRENT_LIST_DIR}/../.venv/bin
	DOC "The command that makes parsers of VMCOREINFO")

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Vmcoreinfo REQUIRED_VARS Vmcoreinfo_GENERATOR
	REASON_FAILURE_MESSAGE "The command vmcoreinfo is not there: put it on PATH, or run make in its source tree")

function(vmcoreinfo_generate)
	set(single TARGET KERNEL PREFIX SCHEMA)
	set(several FOR KEYS ARCH)
	cmake_parse_arguments(PARSE_ARGV 0 arg "" "${single}" "${several}")
	if(NOT arg_TARGET)
		message(FATAL_ERROR "vmcoreinfo_generate: TARGET name is wanted")
	endif()
	if(arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "vmcoreinfo_generate: unknown: ${arg_UNPARSED_ARGUMENTS}")
	endif()
	if(arg_KEYWORDS_MISSING_VALUES)
		message(FATAL_ERROR "vmcoreinfo_generate: no value: ${arg_KEYWORDS_MISSING_VALUES}")
	endif()

	set(folder ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET})
	set(name vmcoreinfo)
	set(part)
	set(files)
	foreach(consumer IN LISTS arg_FOR)
		list(APPEND part --for ${consumer})
	endforeach()
	foreach(file IN LISTS arg_KEYS)
		cmake_path(ABSOLUTE_PATH file NORMALIZE)
		list(APPEND part --keys ${file})
		list(APPEND files ${file})
	endforeach()
	if(arg_KERNEL)
		list(APPEND part --kernel ${arg_KERNEL})
	endif()
	if(arg_PREFIX)
		# As the command does: what ends in "_" gets no second one.
		string(REGEX REPLACE "_+$" "" prefix ${arg_PREFIX})
		set(name ${prefix}_vmcoreinfo)
		list(APPEND part --prefix ${prefix})
	endif()
	if(arg_ARCH)
		list(APPEND part --arch ${arg_ARCH})
	endif()
	set(schema)
	if(arg_SCHEMA)
		cmake_path(ABSOLUTE_PATH arg_SCHEMA NORMALIZE)
		set(schema --schema ${arg_SCHEMA})
	endif()

	# Of the whole schema, `generate` writes the parser into c/ below the folder.
	set(place ${folder})
	if(NOT part)
		set(place ${folder}/c)
	endif()
	set(products ${place}/${name}.h ${place}/${name}.c)
	# The command leaves alone what does not change. Ninja is content with that; make looks at
	# times only, and would run it in every build.
	set(touch)
	if(CMAKE_GENERATOR MATCHES "Make")
		set(touch COMMAND ${CMAKE_COMMAND} -E touch ${products})
	endif()
	add_custom_command(
		OUTPUT ${products}
		COMMAND ${Vmcoreinfo_GENERATOR} generate c --force --out ${folder}
			--depfile ${folder}.d ${schema} ${part}
		${touch}
		DEPENDS ${files}
		DEPFILE ${folder}.d
		COMMENT "Generating the parser ${arg_TARGET}"
		VERBATIM)
	add_library(${arg_TARGET} STATIC ${products})
	set_target_properties(${arg_TARGET} PROPERTIES POSITION_INDEPENDENT_CODE ON)
	target_include_directories(${arg_TARGET} PUBLIC ${place})
endfunction()

cmake_policy(POP)
